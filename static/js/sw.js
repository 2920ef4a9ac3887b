// Service worker of the queue: its pages and the files they need are kept for a day, so that a rep goes on without a network.
// The network always comes first for pages; what was typed without it waits in the page's own store (waiting.js), not here.
const PAGES = "queue-pages-1";
const FILES = "queue-files-1";
const DAY = 24 * 60 * 60 * 1000;
const WHO = "/queue/kept-for";
const QUEUE = /^\/queue\/(\d+\/)?$/;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

const bare = (url) => url.origin + url.pathname;

async function keep(url, answer) {
  if (!answer.ok || answer.redirected && !QUEUE.test(new URL(answer.url).pathname)) return;
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", String(Date.now()));
  const cache = await caches.open(PAGES);
  await cache.put(bare(url), new Response(await answer.blob(), { status: 200, headers }));
}

async function kept(url) {
  const cache = await caches.open(PAGES);
  const found = await cache.match(bare(url));
  if (found && Date.now() - Number(found.headers.get("X-Kept-At")) < DAY) return found;
  if (found) await cache.delete(bare(url));
  return null;
}

async function page(event, url) {
  try {
    const answer = await fetch(event.request);
    const copy = answer.clone();
    const shown = new URL(answer.url || url);
    if (QUEUE.test(shown.pathname)) event.waitUntil(keep(shown, copy));
    return answer;
  } catch (problem) {
    const found = (await kept(url)) || (await kept(new URL("/queue/", url)));
    if (found) return found;
    throw problem;
  }
}

async function file(request, url) {
  const cache = await caches.open(FILES);
  const found = HASHED.test(url.pathname) ? await cache.match(request) : null;
  if (found) return found;
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (problem) {
    const old = await cache.match(request);
    if (old) return old;
    throw problem;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request, url));
  else if (QUEUE.test(url.pathname) && !event.request.headers.has("X-In-Place")) event.respondWith(page(event, url));
});

// {who, pages, files}: a page that was shown says whose it is, and what to keep of it and of the leads that follow.
self.addEventListener("message", (event) => event.waitUntil(remember(event.data)));

async function remember({ who, pages, files }) {
  const cache = await caches.open(PAGES);
  const before = await cache.match(WHO);
  if (before && (await before.text()) !== who) await caches.delete(PAGES);
  await (await caches.open(PAGES)).put(WHO, new Response(who));
  const store = await caches.open(FILES);
  for (const one of files) if (!(await store.match(one))) await store.add(one).catch(() => {});
  for (const one of pages) {
    const url = new URL(one, self.location.origin);
    const old = await kept(url);
    if (old && Date.now() - Number(old.headers.get("X-Kept-At")) < 10 * 60 * 1000) continue;
    await fetch(url, { credentials: "same-origin" }).then((answer) => keep(url, answer)).catch(() => {});
  }
}
