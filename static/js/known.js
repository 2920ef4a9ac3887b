// Names that exist, put into the text above them by a click.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put]");
  const into = button && document.getElementById(button.dataset.into);
  if (!into) return;
  const before = into.value.replace(/[\s,]+$/, "");
  into.value = before + (before ? button.dataset.between : "") + button.dataset.put;
  into.focus();
  into.setSelectionRange(into.value.length, into.value.length);
  into.dispatchEvent(new Event("input", { bubbles: true }));
});
