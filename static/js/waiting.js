// Outcomes typed without a network: kept in the browser's own store with their own time and a key, shown on every page of
// the queue, sent once there is a network again. The server does each key once (web/once.py), however often it is sent.
// Whose page this is, is asked each time: it may be another's by now, who sees and sends nothing but their own.
const place = () => document.querySelector("[data-waiting]");
const who = () => place()?.dataset.who;

const store = (mode, work) =>
  new Promise((done, failed) => {
    const asked = indexedDB.open("queue", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "key" });
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      const act = asked.result.transaction("waiting", mode);
      const answer = work(act.objectStore("waiting"));
      act.oncomplete = () => (asked.result.close(), done(answer?.result));
      act.onerror = () => failed(act.error);
    };
  });

const all = async () => (await store("readonly", (rows) => rows.getAll())).filter((one) => one.who === who()).sort((a, b) => a.at - b.at);
const put = (one) => store("readwrite", (rows) => rows.put(one));
const drop = (key) => store("readwrite", (rows) => rows.delete(key));

export const newKey = () => [...crypto.getRandomValues(new Uint8Array(15))].map((n) => n.toString(16).padStart(2, "0")).join("");

// `fields` as the form would have sent them, its key and `happened` among them: sent again, they are the same form.
export async function keep(form, fields, said) {
  if (await store("readonly", (rows) => rows.get(fields.get("once")))) fields.set("once", newKey()); // a kept page, used again
  const values = [...fields].filter(([name]) => name !== "csrfmiddlewaretoken");
  const at = Date.parse(fields.get("happened"));
  const one = { key: fields.get("once"), who: who(), at, lead: form.dataset.lead, to: form.action, said, values, note: fields.get("note") };
  await put(one);
  await show();
  return one;
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

// What an answer says of an outcome: it is done; whoever sent it is signed out; the server is in trouble; it is refused.
export const DONE = "done", OUT = "signed out", LATER = "later", REFUSED = "refused";
export function meaning(answer) {
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/queue/")) return DONE;
  if (answer.redirected || answer.status === 403) return OUT;
  return answer.status >= 500 || answer.status === 429 ? LATER : REFUSED;
}

async function post(one) {
  const headers = { "X-CSRFToken": token(), "X-Sent-At": new Date().toISOString(), "X-Kept": "1" };
  const body = new FormData(); // written as the form itself would be, ends of lines included: else it were another form
  for (const [name, value] of one.values) body.append(name, value);
  const answer = await fetch(one.to, { method: "POST", body, headers, credentials: "same-origin" });
  const said = meaning(answer);
  if (said === DONE) await drop(one.key);
  if (said !== REFUSED) return said;
  const told = await answer.json().catch(() => ({}));
  await put({ ...one, refused: told.said || place().dataset.missing });
  return said;
}

let sending = false;
export async function send() {
  if (!place() || sending) return;
  sending = true;
  let sent = 0;
  try {
    for (const one of (await all()).filter((row) => !row.refused)) {
      if ([OUT, LATER].includes(await post(one))) break;
      sent += 1;
    }
  } catch {
    // no network yet: the next turn tries again
  } finally {
    sending = false;
  }
  await show();
  if (sent) dispatchEvent(new CustomEvent("waiting:sent", { detail: sent }));
}

const button = (words, deed) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm btn-outline-secondary";
  made.textContent = words;
  made.addEventListener("click", deed);
  return made;
};

// A note that could not be written is taken along, to where it belongs now.
const copies = (box, note) => {
  const made = button(box.dataset.copyWords, async () => {
    await navigator.clipboard.writeText(note);
    made.textContent = box.dataset.copiedWords;
  });
  return made;
};

export async function show() {
  const box = place();
  if (!box) return;
  const rows = await all();
  box.hidden = rows.length === 0;
  const wait = rows.filter((one) => !one.refused).length;
  box.querySelector("[data-count]").textContent = wait === 0 ? "" : wait === 1 ? box.dataset.one : box.dataset.many.replace("{n}", wait);
  const list = box.querySelector("ul");
  list.replaceChildren(...rows.map((one) => {
    const line = document.createElement("li");
    const time = new Date(one.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const words = document.createElement("span");
    words.textContent = [time, one.lead, one.said, one.note].filter(Boolean).join(" · ");
    line.append(words);
    if (one.refused) {
      const why = document.createElement("strong");
      why.textContent = one.refused;
      line.append(why);
      if (one.note) line.append(copies(box, one.note));
    }
    line.append(button(box.dataset.away, async () => (await drop(one.key), show())));
    return line;
  }));
}

show();
if (navigator.onLine) send();
addEventListener("online", send);
setInterval(() => document.hidden || send(), 20000);
