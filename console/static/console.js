// Every page is complete without this. With it, clocks run, counted from the server's time.
(() => {
  "use strict";
  const top = document.getElementById("top");
  if (!top) return;
  const made = Number(top.dataset.now);
  const began = performance.now();
  const faces = document.querySelectorAll("[data-due]");

  const shown = (span) => {
    const seconds = Math.floor(Math.abs(span) / 1000);
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (n) => String(n).padStart(2, "0");
    return (span < 0 ? "\u2212" : "") + (h ? h + ":" + two(m) : String(m)) + ":" + two(s);
  };

  const tick = () => {
    const now = made + performance.now() - began;
    for (const face of faces) face.textContent = shown(Number(face.dataset.due) - now);
  };

  if (faces.length) setInterval(tick, 1000);
})();
