// A month shown slide by slide: ← and → (page keys, space) go on and back, Home and End to the ends, Esc leaves. The slide
// stands in the address (#3), so that reading it again, or naming the reps, stays there. Without this script all slides
// stand one below the other.
import { typing } from "./keyboard.js";

const stage = document.querySelector("[data-present]");
const slides = stage ? [...stage.querySelectorAll("[data-slide]")] : [];
const place = stage?.querySelector("[data-place]");
const names = stage?.querySelector("[data-names]");
let at = 0;

function show(number) {
  at = Math.min(Math.max(number, 0), slides.length - 1);
  slides.forEach((slide, index) => { slide.hidden = index !== at; });
  place.textContent = `${at + 1} / ${slides.length}`;
  stage.querySelector("[data-before]").disabled = at === 0;
  stage.querySelector("[data-after]").disabled = at === slides.length - 1;
  history.replaceState(null, "", `#${at + 1}`);
  if (names) names.hash = `#${at + 1}`;
}

const aim = (event) => ({
  ArrowRight: at + 1, PageDown: at + 1, " ": at + 1, ArrowLeft: at - 1, PageUp: at - 1, Home: 0, End: slides.length - 1,
}[event.key]);

function leave() {
  if (document.fullscreenElement) document.exitFullscreen();
  else location.assign(stage.dataset.back);
}

if (stage && slides.length) {
  document.documentElement.classList.add("presenting");
  for (const button of stage.querySelectorAll("[data-before], [data-after], [data-whole]")) button.hidden = false;
  stage.querySelector("[data-before]").addEventListener("click", () => show(at - 1));
  stage.querySelector("[data-after]").addEventListener("click", () => show(at + 1));
  const whole = stage.querySelector("[data-whole]");
  if (document.fullscreenEnabled) whole.addEventListener("click", () => stage.requestFullscreen());
  else whole.hidden = true;
  document.addEventListener("fullscreenchange", () => { whole.hidden = Boolean(document.fullscreenElement); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const pressed = event.target.closest?.("a, button") && event.key === " ";
    if (event.key === "Escape") leave();
    else if (aim(event) !== undefined && !pressed) { show(aim(event)); event.preventDefault(); }
  });
  show((Number.parseInt(location.hash.slice(1), 10) || 1) - 1);
}
