// Words of the glossary on every page: the first time each stands in a block (a section, a table, a form), in a heading, a sentence,
// a list, a label or running text, it is underlined with dots; hover or tap shows what both teams mean by it. Never in links, buttons,
// fields or cells of data. `w` lists all of a page.
const home = document.getElementById("words-here")?.dataset.words;
const TEXTS = "main h1, main li, main label, main .sentence, main h2, main h3, main th, main dt, main legend, main caption, main figcaption, main .page-subtitle, main p, main [data-words]";
const BLOCK = "section, article, aside, header, form, fieldset, table, dialog, main";
const SHUT = "a, button, summary, input, textarea, select, option, code, pre, svg, del, ins, [data-term], [data-no-words], [contenteditable], .glossary, .empty-title";
let terms = [];
let pattern = null;
let idioms = null; // set phrases in which a word means something else
let bubble = null;
let toldAt = null; // the word that the bubble tells
let closing = 0;
let lies = null; // where the pointer is
let resting = null; // where the pointer lay when somebody closed a bubble: what comes to lie under it opens nothing until it moves

const folded = (text) => text.replaceAll("’", "'").toLowerCase();

function spelled(forms) {
  const quoted = forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/['’]/g, "['’]"));
  return forms.length ? new RegExp(`(?<![\\p{L}\\p{N}_-])(${quoted.join("|")})(?![\\p{L}\\p{N}_-])`, "giu") : null;
}

function learn(found, phrases) {
  terms = new Map();
  idioms = spelled(phrases);
  for (const term of found) for (const form of term.forms) if (form && !terms.has(folded(form))) terms.set(folded(form), term);
  const forms = [...terms.keys()].sort((a, b) => b.length - a.length);
  pattern = spelled(forms);
}

const isIdiom = (text, hit) => idioms !== null && [...text.matchAll(idioms)].some((one) => one.index <= hit.index && hit.index + hit[0].length <= one.index + one[0].length);

const blockOf = (node) => node.closest(BLOCK) ?? document.body;

function mark(root, seenIn) {
  const data = root.closest("td");
  const shut = (node) => node.closest(SHUT) || node.closest("td") !== data;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) => (shut(node.parentElement) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  });
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.data.trim().length > 1) nodes.push(walker.currentNode);
  for (let node of nodes) {
    const seen = seenIn(blockOf(node.parentElement));
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(node.data); hit; hit = pattern.exec(node.data)) {
      const term = terms.get(folded(hit[0]));
      if (seen.has(term.key) || isIdiom(node.data, hit)) continue;
      seen.add(term.key);
      const word = node.splitText(hit.index);
      const rest = word.splitText(hit[0].length);
      const span = document.createElement("span");
      span.className = "word";
      span.dataset.term = term.key;
      word.replaceWith(span);
      span.append(word);
      node = rest;
      pattern.lastIndex = 0;
    }
  }
}

// Lists and labels in a cell are what the table is about.
const isData = (text) => text.matches("li, label") && text.closest("td");

function markAll() {
  if (!pattern) return;
  const blocks = new Map();
  const seenIn = (block) => blocks.get(block) ?? blocks.set(block, new Set()).get(block);
  for (const span of document.querySelectorAll("[data-term]")) seenIn(blockOf(span)).add(span.dataset.term);
  for (const text of document.querySelectorAll(TEXTS)) if (!text.closest(SHUT) && !isData(text)) mark(text, seenIn);
}

const termOf = (key) => [...terms.values()].find((term) => term.key === key);

function told(term) {
  const box = document.createElement("div");
  const head = box.appendChild(document.createElement("p"));
  head.className = "word-head";
  const link = head.appendChild(document.createElement("a"));
  link.href = term.url;
  link.textContent = term.word;
  box.appendChild(document.createElement("p")).textContent = term.sentence;
  if (term.executed.length) {
    const list = box.appendChild(document.createElement("ul"));
    for (const text of term.executed) list.appendChild(document.createElement("li")).textContent = text;
  }
  return box;
}

function close() {
  bubble?.remove();
  bubble = null;
}

function shut() {
  if (bubble) resting = lies;
  close();
}

function show(span) {
  clearTimeout(closing);
  const term = termOf(span.dataset.term);
  if (!term || (bubble && toldAt === span)) return;
  close();
  toldAt = span;
  bubble = told(term);
  bubble.className = "word-bubble";
  bubble.dataset.of = term.key;
  bubble.dataset.noWords = "";
  (span.closest("main") ?? document.body).append(bubble);
  const at = span.getBoundingClientRect();
  const width = bubble.offsetWidth;
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
  const below = at.bottom + bubble.offsetHeight + 8 < window.innerHeight;
  bubble.style.left = `${left}px`;
  bubble.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - bubble.offsetHeight - 4)}px`;
}

const later = () => {
  clearTimeout(closing);
  closing = setTimeout(close, 250);
};

function over(event) {
  if (resting && event.clientX === resting.x && event.clientY === resting.y) return;
  resting = null;
  const span = event.target.closest?.("[data-term]");
  if (span && event.pointerType !== "touch") show(span);
  else if (event.target.closest?.(".word-bubble")) clearTimeout(closing);
  else if (bubble) later();
}

function listAll() {
  const dialog = document.getElementById("words-here");
  if (dialog.open) return;
  const place = dialog.querySelector("[data-words-here]");
  const keys = new Set([...document.querySelectorAll("[data-term]")].map((span) => span.dataset.term));
  const found = [...keys].map(termOf).filter(Boolean).sort((a, b) => a.word.localeCompare(b.word));
  place.replaceChildren(...found.map(told));
  dialog.querySelector("[data-words-none]").hidden = found.length > 0;
  close();
  dialog.showModal();
}

if (home) {
  document.addEventListener("pointerover", over);
  document.addEventListener("click", (event) => {
    const span = event.target.closest?.("[data-term]");
    if (span && !span.closest("label")) show(span);
    else if (!event.target.closest?.(".word-bubble")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
  });
  document.addEventListener("pointermove", (event) => {
    lies = { x: event.clientX, y: event.clientY };
    if (resting) over(event);
  }, { passive: true });
  document.addEventListener("scroll", shut, { passive: true, capture: true });
  for (const button of document.querySelectorAll("[data-words-open]")) {
    button.hidden = false;
    button.addEventListener("click", listAll);
  }
  const answer = await fetch(home, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) {
    const said = await answer.json();
    learn(said.terms, said.idioms);
    markAll();
    document.addEventListener("htmx:afterSettle", markAll);
  }
}
