// What is marked data-until counts down to that moment, from data-from on where that is given; when it is over, it says
// so once, politely. A part of the page that was fetched anew counts on. Without scripts the moment itself stands there.
"use strict";
const count = (place) => {
  const until = new Date(place.dataset.until).getTime();
  const from = place.dataset.from ? new Date(place.dataset.from).getTime() : 0;
  const shown = (milliseconds) => {
    const left = Math.ceil(milliseconds / 1000);
    return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  };
  const late = Date.now() >= until;
  const tick = () => {
    if (!place.isConnected) return;
    const now = Date.now();
    if (now >= until) {
      if (!late) place.setAttribute("role", "status");
      place.textContent = place.dataset.over;
      return;
    }
    place.textContent = shown(until - Math.max(now, from));
    setTimeout(tick, 1000);
  };
  tick();
};
const countAll = () => {
  for (const place of document.querySelectorAll("[data-until]:not([data-counts])")) {
    place.dataset.counts = "";
    count(place);
  }
};
countAll();
document.addEventListener("htmx:afterSwap", countAll);
