// Keeps the lists of shifts without a network: first the network, and what it last gave when there is none. A list older
// than 48 hours is never given, and goes whenever this worker runs: as it starts to serve, and with every page it answers.
"use strict";
const NAME = "shanzhi-attendance";
const LONGEST = 48 * 60 * 60 * 1000;
const LIST = /^\/attendance\/list\/[0-9a-f-]{36}\/$/;
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), sweep()])));
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data)) event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(event.data)));
});
const old = (answer) => Date.now() - new Date(answer.headers.get("date") || 0).getTime() > LONGEST;
const sweep = async () => {
  if (!(await caches.has(NAME))) return;
  const kept = await caches.open(NAME);
  for (const one of await kept.keys()) {
    const found = LIST.test(new URL(one.url).pathname) && (await kept.match(one, { ignoreVary: true }));
    if (found && old(found)) await kept.delete(one, { ignoreVary: true });
  }
};
const without = async (request, page) => {
  const kept = await caches.open(NAME);
  const found = await kept.match(request, { ignoreVary: true, ignoreSearch: page });
  return !found || (page && old(found)) ? Response.error() : found;
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const page = LIST.test(pathname);
  if (page) event.waitUntil(sweep());
  event.respondWith(
    fetch(request)
      .then((answer) => {
        if (page && !search && answer.ok && !answer.redirected) {
          const copy = answer.clone();
          event.waitUntil(caches.open(NAME).then((kept) => kept.put(request, copy)));
        }
        return answer;
      })
      .catch(() => without(request, page)),
  );
});
