// Suggestions under a search field, and the command palette (Ctrl-K), which is such a field in a dialog.
//   <form data-finder data-hits="/search/" [data-commands="…"]> with an input, a [role=listbox] and a [role=status]
// The list holds links of role option: ↓ ↑ move, Enter opens, Enter without a choice sends the form, Esc closes the list.
const WAIT = 120; // ms after the last letter
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
let number = 0;

function finder(form) {
  const field = form.querySelector("input[name=q]");
  const list = form.querySelector("[role=listbox]");
  const said = form.querySelector("[role=status]");
  const dialog = form.closest("dialog");
  const commands = document.createElement("div");
  const hits = document.createElement("div");
  let timer = 0, asked = null, loaded = !form.dataset.commands;
  for (const part of [commands, hits]) part.setAttribute("role", "presentation");
  list.append(commands, hits);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")].filter((one) => !one.hidden);
  const here = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    here()?.setAttribute("aria-selected", "false");
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.id ||= `option-${++number}`;
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show() {
    const open = options().length > 0 || Boolean(hits.textContent.trim());
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    const count = options().length;
    said.textContent = !open ? "" : count ? (count === 1 ? said.dataset.one : said.dataset.many.replace("{n}", count)) : said.dataset.none;
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    said.textContent = "";
    choose(null);
  }

  function sift() {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    for (const group of commands.querySelectorAll("[role=group]")) {
      for (const one of group.querySelectorAll("[role=option]")) one.hidden = !words.every((word) => plain(one.textContent).includes(word));
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    }
  }

  async function fetched(address, signal) {
    const answer = await fetch(address, { signal, headers: { "HX-Request": "true" } });
    if (answer.status === 401) location.reload();
    return answer.ok ? answer.text() : "";
  }

  async function ask() {
    const text = field.value.trim();
    asked?.abort();
    if (text.length < 2) {
      hits.replaceChildren();
      form.dataset.commands ? show() : close();
      return;
    }
    asked = new AbortController();
    try {
      hits.innerHTML = await fetched(`${form.dataset.hits}?part=hits&q=${encodeURIComponent(text)}`, asked.signal);
      if (document.activeElement === field) show();
      if (form.dataset.commands) choose(options()[0]);
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  }

  async function begin() {
    field.value = "";
    field.focus();
    hits.replaceChildren();
    if (!loaded) {
      loaded = true;
      commands.innerHTML = await fetched(form.dataset.commands);
    }
    sift();
    show();
    choose(options()[0]);
  }

  field.addEventListener("input", () => {
    sift();
    choose(form.dataset.commands ? options()[0] : null);
    if (form.dataset.commands) show();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const at = all.indexOf(here());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
      event.preventDefault();
      location.assign(all[at].href);
    } else if (event.key === "Escape" && (dialog || !list.hidden)) {
      event.preventDefault(); // or a search field empties itself
      dialog ? dialog.close() : close();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!dialog && !form.contains(event.relatedTarget)) close();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  return { field, begin };
}

const palette = document.getElementById("palette");
const finders = new Map([...document.querySelectorAll("[data-finder]")].map((form) => [form.closest("dialog"), finder(form)]));

function open() {
  if (document.querySelector("dialog[open]")) return;
  palette.showModal();
  finders.get(palette).begin();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    open();
  }
});
palette?.addEventListener("click", (event) => event.target === palette && palette.close());
for (const button of document.querySelectorAll("[data-palette-open]")) {
  button.hidden = false;
  button.addEventListener("click", open);
}
