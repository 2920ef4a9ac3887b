// On a phone the definition has two tabs: the document, and what it does. The links go there without scripts, too; with them
// one half is shown at a time, and stays chosen while the page changes.
const root = document.documentElement;
const show = (name) => {
  root.dataset.studio = name;
  document.querySelectorAll("[data-studio-tabs] [data-tab]").forEach((link) => {
    if (link.dataset.tab === name) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-studio-tabs] [data-tab]");
  if (!link) return;
  event.preventDefault();
  show(link.dataset.tab);
});
document.addEventListener("htmx:afterSettle", () => show(root.dataset.studio || "document"));
show(["#so-what", "#months"].includes(location.hash) ? "what" : "document");
