// Keys of every page, told by data attributes:
//   data-go="q"        on a link: `g` then q follows it
//   data-search        on a field: `/` goes there
//   data-rows          on a table body or list: j and k move over [data-row] (or tr), Enter follows its first link
//                      x picks the row that j and k reached, where rows can be picked
//   data-key="a"       on a button or link: that letter presses it (data-code="Digit1" for a physical key)
//   data-keys-open     on a button: opens the sheet; data-key-label adds a line to the sheet
// Never while typing or with Ctrl, Alt, Meta; single letters off with data-keys="off" on <html> (WCAG 2.1.4).
const root = document.documentElement;
const off = () => root.dataset.keys === "off";
const sheet = document.getElementById("keys");
let waiting = 0;

export const typing = (target) =>
  target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
  || (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset|range)$/.test(target.type));

const rows = () => [...document.querySelectorAll("[data-rows] [data-row], tbody[data-rows] > tr")].filter((row) => row.offsetParent);

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("here"));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  all.forEach((row) => row.classList.toggle("here", row === next));
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a, button")?.focus({ preventScroll: true });
  return true;
}

function openSheet() {
  if (!sheet) return;
  const place = sheet.querySelector("[data-keys-here]");
  const list = document.createElement("dl");
  for (const element of document.querySelectorAll("[data-key-label]")) {
    const line = list.appendChild(document.createElement("div"));
    const key = line.appendChild(document.createElement("dt")).appendChild(document.createElement("kbd"));
    key.textContent = element.dataset.key || (element.dataset.code || "").replace("Digit", "");
    line.appendChild(document.createElement("dd")).textContent = element.dataset.keyLabel;
  }
  place.replaceChildren(list);
  sheet.showModal();
}

function press(event) {
  const code = event.code.replace("Numpad", "Digit");
  const key = event.key.toLowerCase();
  const found = [...document.querySelectorAll("[data-code], [data-key]")];
  const near = (one) => (one.closest(".here") ? 2 : one.closest("main") ? 1 : 0); // the row reached by j and k, then the page's own
  found.sort((one, other) => near(other) - near(one));
  for (const element of found) {
    const hit = element.dataset.code ? element.dataset.code === code : element.dataset.key === key;
    if (hit && element.offsetParent && !element.disabled) {
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) element.focus();
      else element.click();
      return true;
    }
  }
  return false;
}

function go(letter) {
  const link = document.querySelector(`.rail [data-go="${CSS.escape(letter)}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

const COMMANDS = {
  "?": () => (openSheet(), true),
  "/": () => {
    const field = document.querySelector("[data-search]");
    field?.focus();
    field?.select();
    return Boolean(field);
  },
  g: () => ((waiting = Date.now()), true),
  x: () => {
    const box = document.querySelector("[data-rows] .here input[name=pick]");
    box?.click();
    return Boolean(box);
  },
  j: () => move(1),
  k: () => move(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (off() || typing(event.target) || document.querySelector("dialog[open]")) return;
  const after = waiting && Date.now() - waiting < 1500;
  waiting = 0;
  const done = after ? go(event.key.toLowerCase()) : press(event) || COMMANDS[event.key]?.();
  if (done) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false;
  button.addEventListener("click", openSheet);
}
