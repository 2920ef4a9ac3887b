// Rows picked in a table: how many, all of the page at once, Shift from one to another. Works as a plain form without this.
for (const form of document.querySelectorAll("[data-picking]")) {
  const boxes = [...form.querySelectorAll("input[name=pick]")];
  const bar = form.querySelector("[data-pick-bar]");
  const count = bar.querySelector(".pick-count");
  const page = bar.querySelector("[data-pick-page]");
  const every = bar.querySelector("[name=all]") ?? { checked: false };
  let last = null;
  page.hidden = page.labels[0].hidden = false;

  const show = () => {
    const n = boxes.filter((box) => box.checked).length;
    count.textContent = n === 0 ? count.dataset.none : n === 1 ? count.dataset.one : count.dataset.many.replace("{n}", n);
    page.checked = n === boxes.length;
    page.indeterminate = n > 0 && n < boxes.length;
    for (const box of boxes) box.closest("tr, li").classList.toggle("picked", box.checked || every.checked);
    for (const button of bar.querySelectorAll("button")) button.disabled = n === 0 && !every.checked;
    bar.classList.toggle("in-use", n > 0 || every.checked);
  };
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
  });
  form.addEventListener("change", (event) => {
    if (event.target === page) for (const box of boxes) box.checked = page.checked;
    show();
  });
  addEventListener("pageshow", show);
  show();
}
