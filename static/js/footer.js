// What the end of a paper says of itself (version, digest), below each sheet when it is printed (--foot in language.css).
const foot = document.querySelector(".paper-foot");
if (foot) {
  const said = foot.textContent.trim().replace(/\s+/g, " ").replace(/["\\]/g, "\\$&");
  document.documentElement.style.setProperty("--foot", `"${said}"`);
  foot.classList.add("on-each-page");
}
