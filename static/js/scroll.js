// A table wider than its place: on a phone its rows become cards, each cell with its head's words before it; elsewhere it
// scrolls inside its place, which takes the focus when nothing inside it does. Tables of class "grid" stay as they are.
const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";
const PHONE = matchMedia("(max-width: 767px)");

const words = (head) => {
  const seen = head.cloneNode(true);
  for (const hidden of seen.querySelectorAll(".visually-hidden")) hidden.remove();
  return seen.textContent.trim().replace(/\s+/g, " ");
};
const headings = (row) => [...row.cells].flatMap((head) => Array(head.colSpan).fill(words(head)));

const label = (table) => {
  const heads = headings(table.tHead.rows[0]);
  for (const row of table.querySelectorAll("tbody > tr, tfoot > tr")) {
    let place = 0;
    for (const cell of row.cells) {
      if (cell.scope !== "row" && cell.colSpan === 1 && heads[place]) cell.dataset.label = heads[place];
      place += cell.colSpan;
    }
  }
};

const reach = (root) => {
  for (const place of root.querySelectorAll(".table-responsive")) {
    const table = place.querySelector(":scope > table");
    table?.classList.remove("cards");
    const wide = place.scrollWidth > place.clientWidth;
    if (wide && PHONE.matches && table?.tHead?.rows.length === 1 && !table.classList.contains("grid")) {
      label(table);
      table.classList.add("cards");
    }
    const scrolls = place.scrollWidth > place.clientWidth && !place.querySelector(FOCUSABLE);
    if (scrolls) place.tabIndex = 0;
    else if (place.getAttribute("tabindex") === "0") place.removeAttribute("tabindex");
  }
};

reach(document);
addEventListener("resize", () => reach(document));
document.addEventListener("toggle", (event) => event.target.open && reach(event.target), true);
for (const shown of ["htmx:load", "fragment:shown"]) {
  document.addEventListener(shown, (event) => reach(event.target.parentElement || document));
}
