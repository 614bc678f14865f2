// After sign-out: the lists go from this phone.
"use strict";
if ("serviceWorker" in navigator && window.caches) {
  store.forget().then(() => { document.querySelector("[data-forgotten]").hidden = false; });
}
