// A polling place without network. The signed list and the marks stay on this device until they are taken over. The
// list is worked from only while it holds (signed-list.js).
"use strict";
const key = (booth, what) => `shanzhi.booth.${booth}.${what}`;
const read = (name, empty) => { try { return JSON.parse(localStorage.getItem(name)) || empty; } catch { return empty; } };
const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const make = (tag, text, attributes = {}) => {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};

const taken = document.querySelector("[data-taken]");
if (taken) {
  const name = key(taken.dataset.taken, "marks");
  const known = new Set([...taken.querySelectorAll("[data-number]")].map((line) => Number(line.dataset.number)));
  write(name, read(name, []).map((mark) => (known.has(mark.number) ? { ...mark, sent: true } : mark)));
}

const desk = document.getElementById("offline");
if (desk) {
  const { booth } = desk.dataset;
  const say = (word, values = {}) =>
    Object.entries(values).reduce((text, [from, to]) => text.replace(`{${from}}`, to), desk.dataset[`say${word}`]);
  const part = (name) => desk.querySelector(`[data-${name}]`);
  let list = null; // the list that is kept, once it was found to hold
  let fault = "";
  const kept = () => localStorage.getItem(key(booth, "list"));
  const copy = () => ({ list: read(key(booth, "list"), null), signature: read(key(booth, "signature"), {}).signature });
  const settle = (why, found) => { fault = why; list = why ? null : found; show(); };
  const check = async () => {
    const { list: found, signature } = copy();
    if (kept() === null) settle("", null);
    else settle(await signedList.fault(found, signature, { ...desk.dataset }), found);
  };
  // The page may have been open since before the close.
  const timely = () => {
    const why = list && signedList.untimely(list);
    if (why) settle(why, null);
    return list !== null;
  };
  const marks = () => read(key(booth, "marks"), []);
  const lines = () => marks().filter((mark) => !mark.sent).map((mark) => `${mark.number} ${mark.at} ${mark.outer}`);
  const form = desk.querySelector("[data-upload]");
  const field = form.elements.lines;

  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(desk.dataset.worker).then(() => navigator.serviceWorker.ready).then((ready) => {
      const used = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
      ready.active.postMessage([location.href.split("#")[0], ...used]);
    }).catch(() => {});
  }

  const show = () => {
    const line = part("kept");
    if (line) {
      const none = fault ? "" : say("None");
      line.textContent = list
        ? say("Kept", { n: list.number, v: list.rows.length, m: new Date(list.marks_until).toLocaleString() })
        : none;
    }
    part("fault").textContent = fault ? say(fault) : "";
    part("fault").hidden = !fault;
    part("save").hidden = kept() === null;
    part("search").hidden = !list;
    part("work").hidden = !list && !marks().length;
    part("state").textContent = navigator.onLine ? say("On") : say("Off");
    part("waiting").textContent = say("Waiting", { n: lines().length });
    part("marks").replaceChildren(...marks().map((mark) => {
      const item = make("li", "");
      item.append(make("b", mark.outer), make("span", `${mark.name} · ${mark.at.slice(11, 16)}`));
      if (!mark.sent) {
        const undo = make("button", say("Undo"), { type: "button", class: "button second" });
        undo.addEventListener("click", () => { write(key(booth, "marks"), marks().filter((one) => one.number !== mark.number)); show(); });
        item.append(undo);
      }
      return item;
    }));
    if (document.activeElement !== field && !document.getElementById("error-summary")) field.value = lines().join("\n");
  };

  const found = (typed) => {
    const words = typed.trim().toLowerCase();
    if (!timely() || !words) return [];
    return list.rows.filter((row) => String(row.number) === words || row.name.toLowerCase().includes(words)
      || (row.document && row.document.toLowerCase() === words)).slice(0, 20);
  };
  const hand = (row) => {
    if (!timely()) return;
    const now = new Date();
    now.setSeconds(0, 0);
    write(key(booth, "marks"), [{ number: row.number, name: row.name, outer: row.outer, at: local(now) }, ...marks()]);
    desk.querySelector("#offline-q").value = "";
    part("found").replaceChildren(make("li", `${say("Outer")}: ${row.outer}`));
    show();
  };
  const local = (moment) => {
    const two = (number) => String(Math.abs(number)).padStart(2, "0");
    const off = -moment.getTimezoneOffset();
    const zone = `${off < 0 ? "-" : "+"}${two(Math.trunc(off / 60))}:${two(off % 60)}`;
    return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}${zone}`;
  };
  const search = () => {
    const typed = desk.querySelector("#offline-q").value;
    const rows = found(typed);
    const done = new Set(marks().map((mark) => mark.number));
    part("found").replaceChildren(...rows.map((row) => {
      const item = make("li", "");
      const who = make("span", "", { class: "voter" });
      who.append(make("b", row.name), make("span", `···${row.document}`), make("span", String(row.number), { class: "quiet" }));
      item.append(who);
      if (row.marked || done.has(row.number)) item.append(make("span", say("Marked"), { class: "tag warn" }));
      else {
        const button = make("button", say("Hand"), { type: "button", class: "button" });
        button.addEventListener("click", () => hand(row));
        item.append(button);
      }
      return item;
    }));
    if (typed.trim() && !rows.length) part("found").replaceChildren(make("li", say("Nobody")));
  };
  desk.querySelector("#offline-q").addEventListener("input", search);

  const fetching = part("fetch");
  if (fetching) {
    part("fetch-button").hidden = false;
    fetching.addEventListener("submit", async (event) => {
      if (!event.submitter || event.submitter.value !== "json") return;
      event.preventDefault();
      const body = new FormData(fetching);
      body.set("as", "json");
      try {
        const answer = await fetch(desk.dataset.list, { method: "POST", body });
        if (!answer.ok) throw new Error(String(answer.status));
        const given = await answer.json();
        const why = await signedList.fault(given.list, given.signature, { ...desk.dataset });
        if (!why) {
          write(key(booth, "list"), given.list);
          write(key(booth, "signature"), { signature: given.signature });
        }
        settle(why, given.list);
      } catch {
        part("kept").textContent = say("Failed");
      }
    });
  }
  part("save").addEventListener("click", () => {
    const { list: found, signature } = copy();
    const content = JSON.stringify({ list: found ?? kept(), signature });
    const link = make("a", "", { href: URL.createObjectURL(new Blob([content], { type: "application/json" })), download: `list-${booth}.json` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
  check();
}
