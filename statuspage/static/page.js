// The page is complete without this. With it, the age runs, and a changed page is fetched again in place.
(() => {
  "use strict";
  const address = document.currentScript.dataset.events;
  let ahead = null; // how far this machine's clock is before the server's

  const now = () => {
    if (ahead !== null) return Date.now() - ahead;
    const age = document.getElementById("age");
    return age ? Number(age.dataset.made) + performance.now() : 0;
  };

  const tick = () => {
    const age = document.getElementById("age");
    if (!age) return;
    const span = Math.max(0, now() - Number(age.dataset.measured));
    const seconds = Math.floor(span / 1000);
    age.textContent = seconds < 100
      ? age.dataset.seconds.replace("#", seconds)
      : age.dataset.minutes.replace("#", Math.floor(seconds / 60));
    const limit = Number(age.dataset.stale);
    if (limit && span > limit) stale();
  };

  const stale = () => {
    const banner = document.querySelector(".banner");
    if (!banner || banner.dataset.lapsed) return;
    banner.dataset.lapsed = "yes";
    banner.dataset.s = "unknown";
    const glyph = banner.querySelector(".g");
    glyph.dataset.s = "unknown";
    glyph.querySelector("use").setAttribute("href", "#g-unknown");
    for (const part of banner.querySelectorAll("[data-stale]")) part.textContent = part.dataset.stale;
    announce();
  };

  const announce = () => {
    const headline = document.getElementById("now");
    const live = document.getElementById("live");
    if (headline && live && live.textContent !== headline.textContent) live.textContent = headline.textContent;
  };

  const replace = (fresh) => {
    const before = document.getElementById("main");
    const after = fresh && fresh.getElementById("main");
    if (!before || !after) return;
    const said = document.getElementById("now")?.textContent;
    for (const details of before.querySelectorAll("details[id]")) {
      const twin = after.querySelector("#" + CSS.escape(details.id));
      const held = details.closest("[data-s]")?.dataset.s === twin?.closest("[data-s]")?.dataset.s;
      if (twin && held) twin.open = details.open;
    }
    const focused = document.activeElement?.closest("#main [id]")?.id;
    before.replaceWith(document.adoptNode(after));
    if (focused) {
      const again = document.getElementById(focused);
      (again?.querySelector("summary, a") ?? again)?.focus({ preventScroll: true });
    }
    document.title = fresh.title;
    const icon = fresh.querySelector("link[rel=icon]");
    if (icon) document.querySelector("link[rel=icon]").href = icon.href;
    if (document.getElementById("now")?.textContent !== said) announce();
    tick();
  };

  const refetch = () => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname + location.search);
    request.responseType = "document";
    request.onload = () => { if (request.status === 200) replace(request.response); };
    request.send();
  };

  let waiting = null;
  const changed = () => {
    // Spread a little, so that a thousand readers do not ask in the same moment.
    waiting ??= setTimeout(() => { waiting = null; refetch(); }, 50 + Math.random() * 400);
  };

  const listen = () => {
    const stream = new EventSource(address);
    stream.addEventListener("hello", (event) => { ahead = Date.now() - Number(event.data); tick(); });
    stream.addEventListener("measured", (event) => {
      const age = document.getElementById("age");
      if (document.querySelector(".banner")?.dataset.lapsed) changed();
      else if (age) age.dataset.measured = event.data;
      tick();
    });
    stream.addEventListener("changed", changed);
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(() => { refetch(); listen(); }, 15000 + Math.random() * 15000);
    };
  };

  tick();
  setInterval(tick, 1000);
  if (window.EventSource) listen(); else setInterval(refetch, 60000);
})();
