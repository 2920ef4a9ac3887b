// Queue: countdowns, sheets opened in place, the outcomes at hand after a call. All of it works as links and forms.
for (const time of document.querySelectorAll("[data-minutes]")) {
  const start = Number(time.dataset.minutes);
  const began = Date.now();
  setInterval(() => {
    const left = Math.max(start - Math.floor((Date.now() - began) / 60000), 0);
    time.textContent = time.textContent.replace(/\d+:\d\d/, `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
  }, 15000);
}

document.querySelector("[data-call]")?.addEventListener("click", () => document.body.classList.add("called"));

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.body.classList.remove("called");
  if (event.target.matches?.("textarea")) event.target.blur();
});

const close = (dialog, link) => {
  dialog.close();
  dialog.remove();
  link.focus();
};

async function open(link) {
  const answer = await fetch(link.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const body = page.querySelector("[data-sheet-body]");
  if (!answer.ok || !body) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  const title = body.querySelector(".sheet-title");
  title.hidden = false;
  title.id = "sheet-title";
  dialog.setAttribute("aria-labelledby", "sheet-title");
  dialog.append(body);
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => (event.preventDefault(), close(dialog, link)));
  dialog.querySelector("[data-sheet-close]")?.addEventListener("click", (event) => (event.preventDefault(), close(dialog, link)));
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]):not(:disabled), select")?.focus();
}

for (const link of document.querySelectorAll("[data-sheet]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  });
}
