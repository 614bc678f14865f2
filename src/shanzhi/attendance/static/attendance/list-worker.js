// Keeps the lists of shifts without a network: first the network, and what it last gave when there is none, for 48 hours.
"use strict";
const NAME = "shanzhi-attendance";
const LONGEST = 48 * 60 * 60 * 1000;
const LIST = /^\/attendance\/list\/[0-9a-f-]{36}\/$/;
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data)) event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(event.data)));
});
const old = (answer) => Date.now() - new Date(answer.headers.get("date") || 0).getTime() > LONGEST;
const without = async (request, page) => {
  const kept = await caches.open(NAME);
  const found = await kept.match(request, { ignoreVary: true, ignoreSearch: page });
  if (!found) return Response.error();
  if (page && old(found)) {
    await kept.delete(request, { ignoreVary: true, ignoreSearch: true });
    return Response.error();
  }
  return found;
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const page = LIST.test(pathname);
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
