// The leader's list with and without a network. Every tap goes into this phone's database under a number of its own,
// then to the server, which counts each number once; so nothing is lost or doubled, however often it is sent.
"use strict";
const root = document.getElementById("presence");
const gone = document.documentElement.dataset.list === "gone";
if (root && gone) {
  root.remove();
  document.querySelector("[data-gone]").hidden = false;
  if ("serviceWorker" in navigator) store.forget();
}
if (root && !gone && window.indexedDB && "serviceWorker" in navigator) {
  const { shift, owner } = root.dataset;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const form = part("taps");
  let trouble = ""; // why the server did not take what was tapped: "Out", "Closed", "Failed"
  let sending = null;
  const say = (word, values = {}) =>
    Object.entries(values).reduce((text, [from, to]) => text.replace(`{${from}}`, to), root.dataset[`say${word}`]);
  const clock = (at) => new Date(at).toTimeString().slice(0, 5);
  const mine = async () => (await store.all()).filter((one) => one.owner === owner && one.shift === shift)
    .sort((one, other) => one.at.localeCompare(other.at));
  const number = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000"
    .replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));

  const rows = new Map([...root.querySelectorAll("[data-volunteer]")].map((row) => [row.dataset.volunteer, row]));
  const first = new Map([...rows].map(([key, row]) => [key, {
    state: row.dataset.state, when: [...row.querySelector("[data-when]").childNodes],
  }]));
  const draw = (row, state) => {
    row.dataset.state = state;
    row.querySelector("button[name=arrive]").hidden = state !== "expected";
    row.querySelector("button[name=leave]").hidden = state !== "here";
  };
  const again = (tap) => {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "button second";
    back.textContent = say("Back");
    back.addEventListener("click", async () => { await store.drop(tap.id); await show(); });
    return back;
  };
  const show = async () => {
    const taps = await mine();
    for (const [key, row] of rows) {
      draw(row, first.get(key).state);
      row.querySelector("[data-when]").replaceChildren(...first.get(key).when);
    }
    const unsent = taps.filter((tap) => !tap.words);
    for (const tap of unsent) {
      const row = rows.get(tap.volunteer);
      if (!row) continue;
      draw(row, tap.act === "arrive" ? "here" : "left");
      const words = say(tap.act === "arrive" ? "Here" : "Left", { at: clock(tap.at) });
      row.querySelector("[data-when]").replaceChildren(`${words} · ${say("Unsent")} `, again(tap));
    }
    const line = part("line");
    const waiting = unsent.length ? say("Waiting", { n: unsent.length }) : say("On");
    line.hidden = false;
    line.dataset.unsent = unsent.length;
    const why = navigator.onLine ? trouble : "Off";
    line.textContent = why ? `${waiting} · ${say(why)}` : waiting;
    const others = (await store.all()).filter((one) => one.owner !== owner).length;
    if (others) line.textContent += ` · ${say("Others", { n: others })}`;
    part("send-box").hidden = !unsent.length;
    part("forget").hidden = false;
    for (const one of document.querySelectorAll("[data-online]")) one.hidden = !navigator.onLine;
    part("refused").hidden = !taps.some((tap) => tap.words);
    part("refused").replaceChildren(...taps.filter((tap) => tap.words).map((tap) => {
      const item = document.createElement("li");
      const row = rows.get(tap.volunteer);
      const who = row ? row.querySelector("b").textContent : "";
      const seen = again(tap);
      seen.textContent = say("Seen");
      item.className = "notice bad";
      item.append(`${say("Refused")} · ${who} · ${clock(tap.at)}: ${tap.words} `, seen);
      return item;
    }));
  };

  // Signed out, not open to this leader any more, or a fault of the server: each has its own cure.
  const troubleOf = ({ status, type }) => {
    if (status === 401 || type === "opaqueredirect") return "Out";
    return status === 403 || status === 404 ? "Closed" : "Failed";
  };
  // The page as the server has it now: with a token that is good, and whose list it is. Nothing when it gives none. What
  // was removed from this phone is not kept anew: the worker keeps no page with a search.
  const fresh = async () => {
    const answer = await fetch(location.pathname + (root.dataset.kept ? "" : "?once=1"), { headers: { Accept: "text/html" } });
    trouble = answer.ok ? "" : troubleOf(answer);
    if (trouble) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("presence");
    const own = !answer.redirected && found && found.dataset.owner === owner;
    trouble = own ? "" : "Out";
    return own ? page : null;
  };
  const post = (token, taps) => fetch(root.dataset.sync, {
    method: "POST", redirect: "manual",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ sent_at: new Date().toISOString(), taps: taps.map(({ id, volunteer, act, at, online }) => ({ id, volunteer, act, at, online })) }),
  });
  const take = (page) => {
    for (const row of page.querySelectorAll("[data-volunteer]")) {
      if (first.has(row.dataset.volunteer)) {
        const when = [...row.querySelector("[data-when]").childNodes].map((one) => document.importNode(one, true));
        first.set(row.dataset.volunteer, { state: row.dataset.state, when });
      }
    }
    const count = page.querySelector(".presence-count");
    if (count) root.querySelector(".presence-count").replaceChildren(...[...count.childNodes].map((one) => document.importNode(one, true)));
  };
  const send = async () => {
    const taps = (await mine()).filter((tap) => !tap.words).slice(0, 500);
    if (!taps.length) trouble = "";
    if (!taps.length || !navigator.onLine) return;
    const page = await fresh();
    if (!page) return;
    const answer = await post(page.querySelector("[name=csrfmiddlewaretoken]").value, taps);
    if (!answer.ok) {
      trouble = troubleOf(answer);
      return;
    }
    for (const one of (await answer.json()).taken) {
      if (one.answer === "refused") await store.put({ ...taps.find((tap) => tap.id === one.id), words: one.words });
      else await store.drop(one.id);
    }
    const now = await fresh(); // also puts the new state into the worker's copy
    if (now) take(now);
    if (Date.now() > Date.parse(root.dataset.until) && !(await mine()).length) await store.forget();
  };
  // One send at a time; what was tapped meanwhile goes with the next.
  const sync = async () => {
    while (sending) await sending;
    sending = send().catch(() => { trouble = "Failed"; }).finally(() => { sending = null; });
    await sending;
    await show();
  };

  if (form) {
    form.addEventListener("submit", async (event) => {
      const { submitter } = event;
      if (!submitter || !submitter.name) return;
      event.preventDefault();
      const tap = { id: number(), shift, owner, volunteer: submitter.value, act: submitter.name, at: new Date().toISOString(), online: navigator.onLine };
      await store.put(tap);
      await show();
      const next = rows.get(tap.volunteer).querySelector("button:not([hidden])");
      if (next) next.focus();
      await sync();
    });
  }
  part("send").addEventListener("click", sync);
  part("forget").addEventListener("click", async () => {
    await store.forget();
    delete root.dataset.kept;
    part("line").textContent = say("Removed");
  });
  window.addEventListener("online", sync);
  window.addEventListener("offline", show);
  navigator.serviceWorker.register(root.dataset.worker).then(() => navigator.serviceWorker.ready).then((ready) => {
    const used = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
    ready.active.postMessage([location.href.split(/[?#]/)[0], ...used]);
    root.dataset.kept = "1";
  }).catch(() => {});
  show().then(sync);
}
