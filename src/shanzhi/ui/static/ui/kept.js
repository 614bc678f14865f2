// A form marked data-kept="NAME" is kept on the device as it is typed and filled in again from there, until the server
// has it: a lost network or a closed tab loses nothing. Back on the network, a change event has autosave.js send it.
"use strict";
for (const form of document.querySelectorAll("form[data-kept]")) {
  const key = `shanzhi-kept-${location.pathname}`;
  const fields = () => [...form.elements].filter((e) => e.name && !["hidden", "submit"].includes(e.type));
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));
  const version = () => (form.elements.namedItem("version") || {}).value;
  try {
    const held = JSON.parse(localStorage.getItem(key) || "null");
    if (held && held.version === version()) {
      for (const e of fields()) if (e.name in held.values) e.value = held.values[e.name];
      document.addEventListener("DOMContentLoaded", changed); // when autosave.js listens too
    } else {
      localStorage.removeItem(key);
    }
  } catch {
    localStorage.removeItem(key);
  }
  form.addEventListener("input", () => {
    const values = Object.fromEntries(fields().map((e) => [e.name, e.value]));
    localStorage.setItem(key, JSON.stringify({ version: version(), values }));
  });
  window.addEventListener("online", changed);
  const line = form.querySelector(".saved");
  if (line) {
    new MutationObserver(() => {
      if (line.dataset.saved && line.textContent.startsWith(line.dataset.saved)) localStorage.removeItem(key);
    }).observe(line, { childList: true, characterData: true, subtree: true });
  }
}
