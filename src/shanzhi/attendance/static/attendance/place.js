// A form marked data-place may send a rough position: thousandths of a degree, about a hundred metres, asked for only
// when somebody presses for it. Marked "needed", the form waits for it.
"use strict";
for (const form of document.querySelectorAll("form[data-place]")) {
  const line = form.querySelector("[data-place-state]");
  const button = form.querySelector("[data-locate]");
  const say = (word) => { line.hidden = false; line.textContent = form.dataset[word]; };
  const locate = () => new Promise((done) => {
    say("sayAsking");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.north.value = Math.round(coords.latitude * 1000);
      form.elements.east.value = Math.round(coords.longitude * 1000);
      say("sayReady");
      done(true);
    }, () => { say("sayFailed"); done(false); }, { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 });
  });
  if (!navigator.geolocation) continue;
  if (button) {
    button.hidden = false;
    button.addEventListener("click", locate);
  }
  if (form.dataset.place === "needed") {
    // Before submit.js, which marks the form as sent: this stops it until the position is there.
    document.addEventListener("submit", async (event) => {
      if (event.target !== form || form.elements.north.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const pressed = event.submitter;
      if (await locate()) form.requestSubmit(pressed);
    }, { capture: true });
  }
}
