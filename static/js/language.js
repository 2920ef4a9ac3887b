// The definition studio: what works as links and forms, without leaving the page.
//   data-reshapes      on a choice: the form asks for its other fields at once
//   data-line          Alt-↑ and Alt-↓ move the line, e or Enter opens it; Ctrl-Z undoes when nobody types
//   data-hits          counts: the figures of before stand struck until the new ones are there
import { typing } from "./keyboard.js";

document.documentElement.classList.add("enhanced");
if (window.htmx) window.htmx.config.responseHandling.unshift({ code: "422", swap: true }); // a form with messages
const before = new Map();
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// A choice asks for its other fields: at once with a mouse, after a pause while somebody types to find an option, and when
// they Tab on; then the next field of the new form is theirs.
let pending = null, pause = 0, typed = 0, goOn = "";
const late = new Map(); // typed into the old form while the new one was on its way
function reshape(choice, leaving) {
  clearTimeout(pause);
  pending = null;
  goOn = leaving ? choice.id : "";
  late.clear();
  choice.closest("[data-row-form]")?.querySelector("[data-refresh]").click();
}
document.addEventListener("keydown", () => (typed = Date.now()), true);
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-reshapes]");
  if (!choice) return;
  clearTimeout(pause);
  pending = choice;
  if (Date.now() - typed > 100) reshape(choice, false);
  else pause = setTimeout(() => reshape(choice, false), 700);
});
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.id && field.type !== "checkbox" && field.type !== "radio" && field.closest("[data-row-form]")) late.set(field.id, field.value);
});
document.addEventListener("focusout", (event) => {
  if (pending && event.target === pending && pending.isConnected) reshape(pending, true);
});
document.addEventListener("submit", (event) => {
  clearTimeout(pause);
  pending = null;
  if (event.submitter?.name === "take") late.clear(); // the sentence comes back with the words that were taken over
}, true);

function following(id) {
  const choice = document.getElementById(id);
  const all = [...(choice?.form?.querySelectorAll("input, select, textarea, button, summary") || [])];
  const after = all.slice(all.indexOf(choice) + 1);
  return after.find((one) => one.type !== "hidden" && one.tabIndex >= 0 && one.offsetParent && !one.disabled);
}

document.addEventListener("keydown", (event) => {
  const undo = document.querySelector("[data-undo]");
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing(event.target) && undo && !undo.disabled) {
    event.preventDefault();
    undo.click();
    return;
  }
  const open = document.querySelector("#studio [data-row-form]");
  const form = event.target.closest?.("[data-row-form]") || (event.target === document.body && open);
  if (event.key === "Escape" && form) {
    const cancel = form.querySelector("[data-cancel]");
    if (cancel) {
      event.preventDefault();
      cancel.click();
    }
    return;
  }
  const line = event.target.closest?.("[data-line]");
  if (!line) return;
  const arrow = { ArrowUp: "[data-up]", ArrowDown: "[data-down]" }[event.key];
  if (arrow && event.altKey) {
    event.preventDefault();
    line.querySelector(arrow)?.click();
  } else if (event.key === "Enter" && event.target === line) {
    line.querySelector("[data-open]")?.click();
  }
});

// Figures: remembered before the page changes, shown struck until counted again.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target?.isConnected) event.detail.shouldSwap = false; // counted for a page that is gone
  if (event.detail.target?.id !== "studio") return;
  document.querySelectorAll("[data-hits]").forEach((hits) => {
    const text = hits.querySelector("a")?.firstChild?.textContent.trim() || hits.querySelector("s")?.textContent;
    if (text) before.set(hits.closest("[data-line]")?.querySelector("[name=key]")?.value || hits.id, text);
  });
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "studio" && event.detail.target?.id !== "studio") return;
  document.querySelectorAll("[data-hits] .waiting").forEach((waiting) => {
    const hits = waiting.closest("[data-hits]");
    const old = before.get(hits.closest("[data-line]")?.querySelector("[name=key]")?.value || hits.id);
    if (!old) return;
    const struck = document.createElement("s");
    struck.className = "stale";
    struck.textContent = old;
    waiting.replaceWith(struck);
  });
  late.forEach((value, id) => {
    const field = document.getElementById(id);
    if (field && field.value !== value && field.closest("[data-row-form]")) field.value = value;
  });
  late.clear();
  if (goOn) {
    const here = document.activeElement; // whoever is already further on stays there
    if (!here || here === document.body || here.id === goOn) following(goOn)?.focus();
    goOn = "";
    return;
  }
  const first = document.querySelector("#studio .is-invalid") || document.querySelector("#studio [data-focus]");
  if (first && !document.querySelector("#studio [autofocus]")) first.focus();
  else if (document.querySelector("#studio .is-invalid")) document.querySelector("#studio .is-invalid").focus();
});
const start = document.querySelector("#studio [data-focus]");
if (start && !document.querySelector("[autofocus]")) start.focus();
