// The form of a plan may take its rough point from the phone: thousandths of a degree, about a hundred metres, asked for
// only when somebody presses for it. Without a phone that knows its position, the two fields are filled by hand.
"use strict";
{
  const box = document.querySelector("[data-position]");
  const [north, east] = ["lat", "lng"].map((name) => document.querySelector(`form [name=${name}]`));
  if (box && north && east && navigator.geolocation) {
    const line = box.querySelector("[role=status]");
    north.closest(".field").before(box);
    box.hidden = false;
    box.querySelector("button").addEventListener("click", () => {
      line.textContent = box.dataset.sayAsking;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        [north.value, east.value] = [coords.latitude.toFixed(3), coords.longitude.toFixed(3)];
        line.textContent = box.dataset.sayReady;
      }, () => { line.textContent = box.dataset.sayFailed; }, { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 });
    });
  }
}
