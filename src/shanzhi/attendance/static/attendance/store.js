// What the list keeps on this phone: taps in a small database, pages in the worker's cache.
"use strict";
const store = {
  cache: "shanzhi-attendance",
  open: () => new Promise((done, failed) => {
    const asked = indexedDB.open("shanzhi-attendance", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("taps", { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  }),
  async run(mode, act) {
    const base = await store.open();
    try {
      return await new Promise((done, failed) => {
        const work = base.transaction("taps", mode);
        const asked = act(work.objectStore("taps"));
        work.oncomplete = () => done(asked && asked.result);
        work.onerror = work.onabort = () => failed(work.error);
      });
    } finally {
      base.close();
    }
  },
  all: () => store.run("readonly", (taps) => taps.getAll()),
  put: (tap) => store.run("readwrite", (taps) => taps.put(tap)),
  drop: (id) => store.run("readwrite", (taps) => taps.delete(id)),
  // Lists go; what was not sent stays, since it names nobody.
  async forget() {
    await caches.delete(store.cache);
    const workers = await navigator.serviceWorker.getRegistrations();
    await Promise.all(workers.filter((one) => one.scope.endsWith("/attendance/list/")).map((one) => one.unregister()));
  },
};
