// <div data-poll="/address/" data-every="2"> asks its address again until the answer no longer carries data-poll.
// Only while the page is seen; a failing answer is asked again later, more slowly.
const start = (element) => {
  if (element.dataset.polling) return;
  element.dataset.polling = "yes";
  let pause = Number(element.dataset.every || 2) * 1000;
  const ask = async () => {
    if (!element.isConnected) return;
    const busy = element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    if (document.hidden || busy) return void setTimeout(ask, pause); // nothing that is being filled in is taken away
    try {
      const answer = await fetch(element.dataset.poll, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.headers.get("HX-Refresh")) return void location.reload();
      if (answer.status === 286 || answer.status === 204) return;
      if (!answer.ok) throw new Error(answer.status);
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const fresh = holder.content.firstElementChild;
      if (!fresh) return;
      element.replaceWith(fresh);
      window.htmx?.process(fresh);
      fresh.dispatchEvent(new CustomEvent("fragment:shown", { bubbles: true }));
      if (fresh.dataset.poll) start(fresh);
      return;
    } catch {
      pause = Math.min(pause * 2, 30000);
    }
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
};

document.querySelectorAll("[data-poll]").forEach(start);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-poll]").forEach(start));
