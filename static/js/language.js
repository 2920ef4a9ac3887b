// The definition studio: what works as links and forms, without leaving the page.
//   data-reshapes      on a choice: the form asks for its other fields at once
//   data-line          Alt-↑ and Alt-↓ move the line, e or Enter opens it; Ctrl-Z undoes when nobody types
//   data-value         a value edited in its sentence: Enter keeps it, Tab goes on to the next one, Escape leaves it; an arrow
//                      on a value that is closed opens it like Enter
//   data-index         a line that is dragged to another place of its list
//   data-hits          counts: the figures of before stand struck until the new ones are there
import { typing } from "./keyboard.js";

document.documentElement.classList.add("enhanced");
if (window.htmx) window.htmx.config.responseHandling.unshift({ code: "422", swap: true }); // a form with messages
const before = new Map();
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// One deed at a time: what is pressed while the page is on its way waits, and is pressed on the new page where that still has it.
let underway = null, held = null;
const LATEST = 400; // ms after an answer, whatever became of it
const named = (form, name) => form.elements[name]?.value || "";
function sameForm(one, other) {
  const which = named(other, "key") ? ["key", "control"] : ["path", "control"];
  return one.getAttribute("action") === other.getAttribute("action") && which.every((name) => named(one, name) === named(other, name));
}
function pressHeld(refused) {
  const { link, form, by } = held;
  held = null;
  if (link && refused) return; // what was typed stays, with its message
  if (link) return [...document.querySelectorAll("#studio a")].find((one) => one.getAttribute("href") === link)?.click();
  const found = [...document.querySelectorAll("#studio form")].find((one) => sameForm(one, form));
  const button = by && found && [...found.elements].find((one) => one.type === "submit" && one.name === by.name && one.value === by.value);
  if (!found || (by && (!button || button.disabled))) return;
  if (found.elements.then) found.elements.then.value = named(form, "then");
  if (button) button.click(); // not requestSubmit: htmx sends the button's value only for a button that was clicked
  else found.requestSubmit();
}
function over(xhr) {
  if (xhr !== underway) return;
  underway = null;
  if (held) pressHeld(xhr.status >= 400);
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "studio") underway = event.detail.xhr;
});
document.addEventListener("htmx:afterRequest", (event) => setTimeout(over, LATEST, event.detail.xhr));
const wait = (event, what) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  held = what;
};
// On the window, so before a form is marked as sent; one that was sent already is sent once, save the form of a line, which asks
// for its other fields and may be saved meanwhile.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (!underway || !form.closest("#studio") || (form.hasAttribute("data-sent") && !form.matches("[data-row-form]"))) return;
  wait(event, { form, by: event.submitter });
}, true);
window.addEventListener("click", (event) => {
  const link = underway && event.target.closest?.("#studio a[href^='?']");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) wait(event, { link: link.getAttribute("href") });
}, true);

// A choice asks for its other fields: at once with a mouse, after a pause while somebody types to find an option, and when
// they Tab on; then the next field of the new form is theirs.
let pending = null, pause = 0, keyed = null, goOn = "";
const late = new Map(); // typed into the old form while the new one was on its way
function reshape(choice, leaving) {
  clearTimeout(pause);
  pending = null;
  goOn = leaving ? choice.id : "";
  late.clear();
  choice.closest("[data-row-form]")?.querySelector("[data-refresh]").click();
}
const later = () => {
  clearTimeout(pause);
  pause = setTimeout(() => pending && reshape(pending, false), 700);
};
document.addEventListener("keydown", (event) => {
  keyed = event.target;
  if (pending === keyed) later();
}, true);
document.addEventListener("pointerdown", () => (keyed = null), true);
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-reshapes]");
  if (!choice) return;
  pending = choice;
  if (keyed === choice) later();
  else reshape(choice, false);
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

// A value in its sentence. What was typed is kept whatever is pressed next: it is saved first.
const valueHere = () => document.querySelector("#studio [data-value], #value-form textarea, #value-form input[type=checkbox]");
const valueForm = () => document.getElementById("value-form");
function valueChanged() {
  const form = valueForm();
  if (!form) return false;
  return [...form.elements].some((one) =>
    one.type === "hidden" ? false : one.type === "checkbox" ? one.checked !== one.defaultChecked
    : one.tagName === "SELECT" ? [...one.options].some((option) => option.selected !== option.defaultSelected)
    : one.tagName !== "BUTTON" && one.value !== one.defaultValue);
}
function keepValue(then) {
  const form = valueForm();
  form.elements.then.value = then || "";
  form.requestSubmit();
}
function nextValue(back) {
  const here = valueHere();
  const all = [...document.querySelectorAll("#studio a.value:not([tabindex='-1'])")];
  const after = all.filter((one) => here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  return back ? all[all.length - after.length - 1] : after[0];
}
document.addEventListener("keydown", (event) => {
  const single = event.target.matches?.("#studio [data-value]");
  const closed = event.target.matches?.("#studio a.value") && !event.altKey && !event.ctrlKey && !event.metaKey;
  if (closed && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    event.target.click();
    return;
  }
  if (closed && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    const all = [...event.target.closest("[data-line]").querySelectorAll("a.value")];
    const next = all[all.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)];
    if (next) event.preventDefault();
    next?.focus();
    return;
  }
  if (!single && !event.target.closest?.("#value-form")) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    valueForm().querySelector("[data-cancel]").click();
  } else if (event.key === "Enter" && single) {
    event.preventDefault();
    keepValue("");
  } else if (event.key === "Tab" && single) {
    const next = nextValue(event.shiftKey);
    if (!next) return;
    event.preventDefault();
    if (valueChanged()) keepValue(next.search.slice(1));
    else next.click();
  }
}, true);
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("#studio a, #studio button");
  if (!pressed || pressed.closest("#value-form") || !event.isTrusted || !valueForm() || !valueChanged()) return;
  event.preventDefault();
  event.stopPropagation();
  keepValue(pressed.matches("a.value") ? pressed.search.slice(1) : "");
}, true);

// A line dragged to another place of its list.
let dragged = null;
const listOf = (line) => line.querySelector("[name=path]")?.value.replace(/\.\d+$/, "");
document.addEventListener("pointerover", (event) => {
  const line = event.target.closest?.("#studio [data-index]");
  if (line) line.draggable = !line.querySelector("[data-value], textarea");
});
document.addEventListener("dragstart", (event) => {
  const line = event.target.closest?.("#studio [data-index]");
  if (!line) return;
  dragged = line;
  line.classList.add("line-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", line.querySelector(".sentence").innerText);
});
const dropLine = (event) => {
  const line = dragged && event.target.closest?.("#studio [data-index]");
  return line && line !== dragged && listOf(line) === listOf(dragged) ? line : null;
};
document.addEventListener("dragover", (event) => {
  document.querySelectorAll(".line-drop").forEach((one) => one.classList.remove("line-drop"));
  const line = dropLine(event);
  if (!line) return;
  event.preventDefault();
  line.classList.add("line-drop");
});
document.addEventListener("drop", (event) => {
  const line = dropLine(event);
  if (!line) return;
  event.preventDefault();
  const form = dragged.querySelector(".tools");
  form.elements.index.value = line.dataset.index;
  form.querySelector("[data-to]").click();
});
document.addEventListener("dragend", () => {
  document.querySelectorAll(".line-drop, .line-dragged").forEach((one) => one.classList.remove("line-drop", "line-dragged"));
  dragged = null;
});

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

// Counted for a page that is gone: dropped whole, with the figures that go beside its lines. The listener is on the target itself,
// since what was taken out of the page tells the document nothing any more. A deed's answer still brings its message.
const ifStillHere = (event) => {
  const asked = event.currentTarget;
  if (!asked.isConnected && asked.id !== "studio") event.detail.shouldSwap = false;
};
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.addEventListener("htmx:beforeSwap", ifStillHere));

// Figures: remembered before the page changes, shown struck until counted again.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "studio") return;
  document.querySelectorAll("[data-hits]").forEach((hits) => {
    const shown = hits.querySelector("a")?.cloneNode(true);
    shown?.querySelectorAll(".visually-hidden").forEach((unseen) => unseen.remove());
    const text = shown?.textContent.trim() || hits.querySelector("s")?.textContent;
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
// A sentence is marked as wrong while what is told below it says so.
document.addEventListener("htmx:afterSettle", (event) => {
  const typed = document.getElementById("f-sentence"), heard = document.getElementById("heard");
  if (!typed || !heard || event.target.id !== "heard") return;
  const wrong = Boolean(heard.querySelector(".field-error"));
  typed.classList.toggle("is-invalid", wrong);
  if (wrong) typed.setAttribute("aria-invalid", "true");
  else typed.removeAttribute("aria-invalid");
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "studio" || event.detail.target?.id === "studio") over(event.detail.xhr);
});
const start = document.querySelector("#studio [data-focus]");
if (start && !document.querySelector("[autofocus]")) start.focus();
