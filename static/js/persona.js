// Writing and ordering personas.
//   data-keeps   a form whose draft is kept while somebody types: two seconds after the last key, and when the page is left
//   data-order   a list whose items are dragged, or moved by their buttons and Alt-↑ Alt-↓; the order is sent once it rests
const kept = () => document.querySelector("[data-keeps]"); // drawn anew where a step is shown otherwise
let timer = null, changed = false, sending = null, leaving = false;

function body(form) {
  const data = new FormData(form);
  data.delete("once"); // the form itself is still to be sent
  data.set("do", "quiet");
  return data;
}
function keep() {
  clearTimeout(timer);
  const form = kept();
  if (!changed || sending || leaving || !form) return;
  changed = false;
  sending = send(form).finally(() => (sending = null));
}
async function send(form) {
  try {
    const answer = await fetch(location.href, { method: "POST", body: body(form), headers: { Accept: "application/json" } });
    if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) {
      const told = await answer.json();
      if (told.revision) kept().querySelector("[name=revision]").value = told.revision;
      kept().querySelector("[data-kept]").textContent = told.said;
    } else changed = true;
  } catch {
    changed = true; // no network: the next key tries again
  }
}
function soon() {
  clearTimeout(timer);
  timer = setTimeout(keep, 2000);
}
// A draft that was never saved begins with its name, by a button.
if (kept() && !/\/new\/$/.test(location.pathname)) {
  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-keeps]")) return;
    changed = true;
    soon();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target, by = event.submitter;
    if (!form.matches("[data-keeps]")) return;
    leaving = true;
    clearTimeout(timer);
    if (!sending) return;
    event.preventDefault(); // what is on its way is kept first: the form is sent on the revision that it makes
    event.stopImmediatePropagation();
    sending.then(() => {
      form.removeAttribute("data-sent"); // nothing of it is on its way yet (forms.js)
      if (form.isConnected) form.requestSubmit(by);
    });
  }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "studio" && event.detail.target?.id !== "studio") return;
    shut();
    leaving = false; // the same step, shown otherwise
    if (changed) soon();
  });
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}
// On a small screen the list of steps is shut, also where a step is drawn anew.
function shut() {
  const steps = document.querySelector(".steps details");
  if (steps && matchMedia("(max-width: 1023px)").matches) steps.open = false;
}
shut();

// --- the order of the personas
const list = document.querySelector("[data-order]");
const items = () => [...list.querySelectorAll("[data-one]")];
let dragged = null;

function renumber() {
  list.querySelector("[name=order]").value = items().map((one) => one.dataset.one).join(" ");
  items().forEach((one, at) => {
    one.querySelector("[data-place]").textContent = at + 1;
    one.querySelector("[data-up]").disabled = at === 0;
    one.querySelector("[data-down]").disabled = at === items().length - 1;
  });
  list.classList.add("reordered");
}
function move(one, by) {
  const all = items(), to = all.indexOf(one) + by;
  if (to < 0 || to >= all.length) return;
  if (by < 0) all[to].before(one);
  else all[to].after(one);
  renumber();
  list.querySelector("[data-said]").textContent = `${one.querySelector("[data-name]").textContent}: ${to + 1}`;
}
if (list) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button) return;
    event.preventDefault();
    move(button.closest("[data-one]"), button.hasAttribute("data-up") ? -1 : 1);
    (button.disabled ? button.closest("[data-one]") : button).focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key], one = event.target.closest("[data-one]");
    if (!by || !one || !event.altKey) return;
    event.preventDefault();
    const here = event.target;
    move(one, by);
    (here.disabled ? one : here).focus();
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-one]");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-one]");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const all = items();
    if (all.indexOf(over) < all.indexOf(dragged)) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("dragend", () => {
    if (dragged) renumber();
    dragged = null;
  });
}
