// What is marked data-until counts down to that moment; when it is over, it says so once, politely. Without scripts the
// moment itself stands there.
"use strict";
for (const place of document.querySelectorAll("[data-until]")) {
  const until = new Date(place.dataset.until).getTime();
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left <= 0) {
      place.setAttribute("role", "status");
      place.textContent = place.dataset.over;
      return;
    }
    place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    setTimeout(tick, 1000);
  };
  tick();
}
