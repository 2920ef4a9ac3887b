// Queue: countdowns, sheets opened in place, outcomes that lead to the next lead without a reload, the outcomes at hand after
// a call, a list that tells what is new without moving. All of it works as links and forms without this.
import "./choosing.js";
import { keep, LATER, meaning, newKey, OUT, send } from "./waiting.js";

const FOCUS = /^\/queue\/\d+\/$/;
const QUIET = 400; // milliseconds without a key after which something is read ahead
const SOON = 2000; // milliseconds within which a page comes that somebody waits for
const BARE = { "X-In-Place": "1" }; // asks for a page without the frame
let following = null; // {url, text} of the next lead, read ahead for a time without a network
let pending = null; // what will be read ahead, or is being read

setInterval(() => {
  for (const time of document.querySelectorAll("[data-minutes]")) {
    time.began ??= Date.now();
    const left = Math.max(Number(time.dataset.minutes) - Math.floor((Date.now() - time.began) / 60000), 0);
    time.textContent = time.textContent.replace(/\d+:\d\d/, `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
  }
}, 15000);

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.body.classList.remove("called");
  if (event.target.matches?.("textarea, select")) event.target.blur();
});

const close = (dialog, link) => {
  dialog.close();
  dialog.remove();
  link.focus();
};

async function open(link) {
  const answer = await fetch(link.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const body = page.querySelector("[data-sheet-body]");
  if (!answer.ok || !body) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  const title = body.querySelector(".sheet-title");
  title.hidden = false;
  title.id = "sheet-title";
  dialog.setAttribute("aria-labelledby", "sheet-title");
  dialog.append(body);
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => (event.preventDefault(), close(dialog, link)));
  dialog.querySelector("[data-sheet-close]")?.addEventListener("click", (event) => (event.preventDefault(), close(dialog, link)));
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]):not(:disabled), select")?.focus();
}

// --- from one lead to the next in place: the answer to an outcome holds the next lead as it is now, and says its address

// `any`: also a page that is no lead, which says why there is none.
function swap(text, url, any = false) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.getElementById("main");
  if (!main || !(any || main.querySelector(".focus"))) return false;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  document.title = page.title;
  document.body.classList.remove("called");
  const headers = page.body.getAttribute("hx-headers");
  if (headers) document.body.setAttribute("hx-headers", headers);
  if (url) history.pushState({}, "", url);
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
  main.dispatchEvent(new CustomEvent("fragment:shown", { bubbles: true }));
  begin();
  return true;
}

async function sent(form, submitter) {
  const fields = new FormData(form, submitter);
  fields.append("happened", new Date().toISOString());
  let answer, text;
  hush();
  try {
    answer = await fetch(form.action, { method: "POST", body: fields, headers: BARE, credentials: "same-origin" });
    text = await answer.text(); // cut off in the middle it is sent again: the server does each key once
  } catch {
    return away(form, fields, submitter);
  }
  const shown = answer.headers.get("X-Shown-At");
  if (shown) return void (swap(text, new URL(shown, location.href).href, true) || location.assign(shown));
  const said = meaning(answer);
  if (said === LATER) return away(form, fields, submitter);
  if (said === OUT) return (await kept(form, fields, submitter), location.reload());
  if (answer.redirected && !FOCUS.test(new URL(answer.url).pathname)) return location.assign(answer.url);
  if (!swap(text, answer.redirected ? answer.url : "", !answer.redirected)) location.assign(answer.redirected ? answer.url : location.href);
}

const kept = (form, fields, submitter) => keep(form, fields, submitter?.dataset.keyLabel || fields.get("outcome"));

async function away(form, fields, submitter) {
  await kept(form, fields, submitter);
  const next = document.querySelector("[data-next]");
  await ahead(AbortSignal.timeout(SOON)); // there may be a network for a page where there was none for an answer
  if (next && following?.url === next.href && swap(following.text, next.href)) return;
  for (const there of navigator.serviceWorker?.controller ? [next?.href, `${location.origin}/queue/`] : []) {
    if (there && (await caches.match(there))) return location.assign(there);
  }
  form.reset(); // nowhere to go yet: the page stays, ready for another outcome
  form.querySelector("[name=once]").value = newKey();
  usable(form);
}

function usable(form) {
  form.removeAttribute("data-sent");
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

// Nothing that is read ahead stands in the way of an outcome.
function hush() {
  clearTimeout(pending?.timer);
  pending?.abort();
  pending = null;
}

async function ahead(signal) {
  const next = document.querySelector("[data-next]");
  if (!next || following?.url === next.href || !navigator.onLine) return;
  try {
    const answer = await fetch(next.href, { credentials: "same-origin", signal });
    if (answer.ok && !answer.redirected) following = { url: next.href, text: await answer.text() };
  } catch {
    // the link itself still leads there
  }
}

// The next lead without an outcome: as it is now; what was read ahead only where there is no network.
async function pass(next) {
  hush();
  try {
    const answer = await fetch(next.href, { headers: BARE, credentials: "same-origin" });
    if (answer.ok && !answer.redirected && swap(await answer.text(), next.href)) return;
  } catch {
    if (following?.url === next.href && swap(following.text, next.href)) return;
  }
  location.assign(next.href);
}

const plain = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.button;

document.addEventListener("click", (event) => {
  const sheet = event.target.closest?.("[data-sheet]");
  if (sheet && !plain(event)) {
    event.preventDefault();
    open(sheet).catch(() => location.assign(sheet.href));
  }
  const next = event.target.closest?.("[data-next]");
  if (next && !plain(event)) {
    event.preventDefault();
    pass(next);
  }
  if (event.target.closest?.("[data-call]")) document.body.classList.add("called");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches?.("[data-outcomes]")) return;
  event.preventDefault();
  sent(form, event.submitter).catch(() => usable(form)); // nowhere to keep it: what was typed stays, to be sent again
});

addEventListener("popstate", () => FOCUS.test(location.pathname) && location.reload());

// --- the list: what is new is told, nothing moves under the reader's eyes

const words = (element, count) => (count === 1 ? element.dataset.newOne : element.dataset.newMany.replace("{n}", count));

function compare(page) {
  const fresh = new Map([...page.querySelectorAll("[data-rows] > tr")].map((row) => [row.id, row]));
  const here = [...document.querySelectorAll("[data-rows] > tr")];
  for (const row of here) {
    const now = fresh.get(row.id);
    row.classList.toggle("gone", !now);
    for (const name of now ? ["cell-promise", "cell-why", "cell-last"] : []) {
      const [cell, other] = [row, now].map((one) => one.querySelector(`.${name}`));
      if (cell.innerHTML !== other.innerHTML) cell.innerHTML = other.innerHTML;
    }
  }
  const counts = document.querySelector(".counts");
  const others = page.querySelector(".counts");
  if (counts && others && counts.innerHTML !== others.innerHTML) counts.innerHTML = others.innerHTML;
  const known = new Set(here.map((row) => row.id));
  const more = [...fresh.keys()].filter((id) => !known.has(id)).length;
  const kept = here.map((row) => row.id).filter((id) => fresh.has(id));
  const moved = more || kept.join() !== [...fresh.keys()].filter((id) => known.has(id)).join();
  const strip = document.querySelector("[data-fresh]");
  strip.hidden = !moved;
  const said = strip.querySelector("span");
  const text = more ? words(said, more) : said.dataset.moved;
  if (moved && said.textContent !== text) said.textContent = text;
}

async function listen(rows) {
  if (document.hidden) return;
  try {
    const answer = await fetch(rows.dataset.pulse, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const now = await answer.text();
    if (now === rows.dataset.pulseIs) return;
    const page = await fetch(location.href, { credentials: "same-origin" });
    if (page.ok && !page.redirected) compare(new DOMParser().parseFromString(await page.text(), "text/html"));
    rows.dataset.pulseIs = now;
  } catch {
    // the next turn asks again
  }
}

// --- what a page needs when it is shown

function remember() {
  const place = document.querySelector("[data-waiting]");
  if (!place || !navigator.serviceWorker) return;
  const links = document.querySelectorAll("[data-rows] > tr:nth-child(-n+6) a[href^='/queue/'], [data-next]");
  const pages = [location.pathname, ...[...links].map((link) => new URL(link.href).pathname)];
  const files = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.startsWith(`${location.origin}/static/`));
  navigator.serviceWorker.ready.then((ready) => {
    ready.active?.postMessage({ who: place.dataset.who, pages: [...new Set(pages)], files: [...new Set(files)] });
  });
}

function begin() {
  hush();
  pending = new AbortController();
  const { signal } = pending;
  pending.timer = setTimeout(async () => {
    await ahead(signal);
    if (!signal.aborted) remember();
  }, QUIET);
  send();
}

navigator.serviceWorker?.register("/sw.js", { scope: "/queue/" }).catch(() => {});
begin();
const target = location.hash && document.getElementById(location.hash.slice(1));
if (target) {
  target.classList.add("here");
  target.querySelector("a")?.focus();
}
const rows = document.querySelector("[data-pulse]");
if (rows) setInterval(() => listen(rows), 6000);
addEventListener("waiting:sent", () => rows && location.reload());
