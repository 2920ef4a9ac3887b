// Answers by key, on a sheet (data-sheet-body) in a dialog or on a page of its own:
//   data-letter="c"   on an option, radio or box: that letter chooses it
//   data-digits       on a select or a group of radios or boxes: 1 to 9 choose among its first nine (by physical key)
//   data-sends        on such a group, or on one option or radio: the answer that it takes is the last one, and sends the sheet
// A proposed day is sent by Enter. Outside of sheets a select with data-digits is answered the same way once it has the focus.
// Never in a field of text, with Ctrl, Alt or Meta; off with data-keys="off" on <html>, as all single keys.
import { typing } from "./keyboard.js";

const sheet = () => document.querySelector("dialog[open] [data-sheet-body]") || document.querySelector("main form[data-sheet-body]");
const shown = (element) => element.offsetParent !== null;
const body = (element) => element.closest(".family")?.querySelector(".family-body");

function sent(form) {
  const button = form.querySelector("button[type=submit]");
  if (button.getAttribute("aria-disabled") !== "true") form.requestSubmit(button);
}

// What a reason asks still: which record or field, or the day on which the lead may come back, proposed as the reason says.
function onward(form, element, sends) {
  const more = body(element);
  const day = more?.querySelector("[type=date]");
  const asked = [more?.querySelector("select[data-digits], [data-record]"), day].find((one) => one && shown(one));
  if (asked) return asked.focus();
  if (sends) return sent(form);
  form.querySelector("button[type=submit]").focus();
}

function propose(select) {
  const day = body(select)?.querySelector("[type=date]");
  if (day && !day.dataset.typed) day.value = select.selectedOptions[0]?.dataset.back ?? day.value;
}

function choose(form, element) {
  if (element.tagName === "OPTION") {
    const select = element.parentElement;
    const family = select.closest(".family")?.querySelector("[type=radio]");
    if (family?.disabled) return false;
    if (family) family.checked = true;
    select.value = element.value;
    propose(select);
    onward(form, select, "sends" in element.dataset);
    return true;
  }
  if (element.disabled) return false;
  element.click();
  element.focus();
  if (element.type === "radio") onward(form, element, "sends" in element.dataset);
  return true;
}

function nth(group, number) {
  if (group.tagName === "SELECT") {
    const option = [...group.options].filter((one) => one.value)[number - 1];
    if (option) group.value = option.value;
    return Boolean(option);
  }
  const one = [...group.querySelectorAll("input[type=radio], input[type=checkbox]")][number - 1];
  if (one) (one.click(), one.focus());
  return Boolean(one);
}

function answer(event) {
  const number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const form = sheet();
  if (!form) {
    const alone = event.target.matches?.("select[data-digits]") && number && nth(event.target, Number(number));
    if (alone) event.target.blur();
    return alone;
  }
  if (event.target.tagName !== "SELECT" && typing(event.target)) return false;
  if (number) {
    const group = [...form.querySelectorAll("[data-digits]")].find(shown);
    if (!group || !nth(group, Number(number))) return false;
    if ("sends" in group.dataset) sent(form);
    return true;
  }
  if (event.target.tagName === "SELECT") return false; // letters find an answer in its list
  const found = form.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
  return Boolean(found) && choose(form, found);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (answer(event)) event.preventDefault();
}, true); // before the keys of the page around it

document.addEventListener("input", (event) => {
  if (event.target.type === "date") event.target.dataset.typed = "1";
});
document.addEventListener("change", (event) => event.target.matches?.(".family select[name^=reason-]") && propose(event.target));
