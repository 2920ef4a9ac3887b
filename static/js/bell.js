// <a data-bell="/address/"> asks its address every half minute while the page is seen, and shows what it answers in its
// own place: the link itself stays, with its focus. A count that grew is said by the live region beside it.
const every = 30000;
const bell = document.querySelector("[data-bell]");

const ask = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(bell.dataset.bell, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.querySelector("[data-bell]");
    if (!fresh || fresh.innerHTML === bell.innerHTML) return;
    const before = Number.parseInt(bell.querySelector(".bell-count")?.textContent || "0", 10);
    const now = Number.parseInt(fresh.querySelector(".bell-count")?.textContent || "0", 10);
    bell.innerHTML = fresh.innerHTML;
    const said = document.getElementById("bell-said");
    if (said && now > before) said.textContent = bell.querySelector(".visually-hidden").textContent;
  } catch {
    // the next half minute asks again
  }
};

if (bell) {
  setInterval(ask, every);
  document.addEventListener("visibilitychange", ask);
}
