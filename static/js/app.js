// Own modules of every page. Each adds to what already works as links and forms.
import "./menus.js";
import "./keyboard.js";
import "./forms.js";
import "./polling.js";
import "./scroll.js";
import "./copy.js";
import "./bell.js";
import "./finder.js";
import "./picking.js";
import "./known.js";

// Whoever signed out leaves no page of their queue behind.
if (!document.body.classList.contains("framed")) globalThis.caches?.delete("queue-pages-1");
