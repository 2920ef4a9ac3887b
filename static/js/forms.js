// A form is sent once: its buttons rest until the answer. The server holds too (the form's key, web/once.py).
//   data-confirm="…"  asks before sending; data-autosend on a field sends its form when it changes
const rest = (form, yes) => {
  form.toggleAttribute("data-sent", yes);
  for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) button.setAttribute("aria-disabled", String(yes));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.hasAttribute("data-sent") || (form.dataset.confirm && !window.confirm(form.dataset.confirm))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.method === "post") rest(form, true);
}, true);

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach((form) => rest(form, false));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) rest(form, false);
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-autosend]");
  if (field?.form) field.form.requestSubmit();
});
