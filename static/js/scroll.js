// A table wider than its place scrolls inside it; without anything to focus inside, the place itself takes the focus.
const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";
const reach = (root) => {
  for (const place of root.querySelectorAll(".table-responsive")) {
    const scrolls = place.scrollWidth > place.clientWidth && !place.querySelector(FOCUSABLE);
    if (scrolls) place.tabIndex = 0;
    else if (place.getAttribute("tabindex") === "0") place.removeAttribute("tabindex");
  }
};

reach(document);
addEventListener("resize", () => reach(document));
document.addEventListener("htmx:load", (event) => reach(event.target.parentElement || document));
