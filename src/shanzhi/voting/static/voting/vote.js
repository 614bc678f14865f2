// Helps to fill in a ballot: the purse as one chooses, search, undo, steps for points, order for ranks.
"use strict";
const form = document.getElementById("ballot");
const kind = form.dataset.kind;
const say = (name) => form.dataset["say" + name];
const rows = [...form.querySelectorAll("[data-project]")];
const inputOf = (row) => row.querySelector("input");
const worth = (row) => {
  const input = inputOf(row);
  return kind === "approval" ? Number(input.checked) : Math.max(0, parseInt(input.value, 10) || 0);
};
const yuan = (fen) => "¥" + (fen / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const put = (selector, text) => { const at = form.querySelector(selector); if (at) at.textContent = text; };

const state = () => rows.map((row) => (kind === "approval" ? inputOf(row).checked : inputOf(row).value));
const past = [];
let present = state();
const undo = form.querySelector("[data-undo]");

function restore(saved) {
  rows.forEach((row, at) => { if (kind === "approval") inputOf(row).checked = saved[at]; else inputOf(row).value = saved[at]; });
}

function changed() {
  past.push(present);
  present = state();
  undo.hidden = false;
  show();
}

undo.addEventListener("click", () => {
  if (!past.length) return;
  present = past.pop();
  restore(present);
  undo.hidden = !past.length;
  show();
});

function show() {
  const chosen = rows.filter((row) => worth(row));
  for (const row of rows) row.classList.toggle("chosen", worth(row) > 0);
  const spent = chosen.reduce((sum, row) => sum + Number(row.dataset.cost), 0);
  const given = kind === "points" ? chosen.reduce((sum, row) => sum + worth(row), 0) : 0;
  put("[data-count]", chosen.length);
  put("[data-given]", given);
  const problems = [];
  if (form.dataset.most && chosen.length > Number(form.dataset.most)) problems.push(say("Many"));
  if (form.dataset.points && given > Number(form.dataset.points)) problems.push(say("Points"));
  const budget = Number(form.dataset.budget);
  if (form.dataset.limit) purse(spent, budget);
  else {
    const { currency } = form.dataset;
    put("[data-purse-spent]", currency === "CNY" ? yuan(spent) : yuan(spent).slice(1) + " " + currency);
    form.querySelector("[data-purse-more]").hidden = spent <= budget;
  }
  put("[data-over]", problems.join(" · "));
  if (kind === "ranked") order(chosen);
}

function purse(spent, total) {
  const box = form.querySelector("[data-purse]");
  const over = spent > total;
  box.classList.toggle("over", over);
  put("[data-purse-spent]", yuan(spent));
  const left = form.querySelector("[data-purse-left]");
  left.textContent = yuan(Math.abs(total - spent));
  left.previousSibling.textContent = (over ? say("Over") : say("Left")) + " ";
  const bar = box.querySelector("rect:last-of-type");
  if (bar) {
    bar.setAttribute("width", Math.min(100, total ? (spent * 100) / total : 0) + "%");
    bar.setAttribute("class", over ? "bad" : "accent");
  }
}

// Search and themes, without asking the server.
const search = form.elements.q;
function narrow() {
  const words = search.value.trim().toLowerCase();
  const picked = form.querySelector("[name=theme]:checked");
  const theme = picked ? picked.value : "";
  let left = 0;
  for (const row of rows) {
    row.hidden = (theme && row.dataset.theme !== theme) || (words && !row.textContent.toLowerCase().includes(words));
    if (!row.hidden) left += 1;
  }
  form.querySelector("[data-none]").hidden = left > 0;
}
form.querySelector("[data-search]").hidden = true;
search.addEventListener("input", narrow);
search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
for (const radio of form.querySelectorAll("[name=theme]")) radio.addEventListener("change", narrow);

function button(text, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
const nameOf = (row) => row.querySelector(".ballot-name").textContent;

// Points: a step less, a step more.
if (kind === "points") {
  for (const row of rows) {
    const input = inputOf(row);
    const step = (by) => () => { input.value = Math.max(0, worth(row) + by) || ""; changed(); };
    input.before(button("−", say("Less") + " " + nameOf(row), step(-1)));
    input.after(button("+", say("More") + " " + nameOf(row), step(1)));
  }
}

// Ranks: a list in the voter's own order, moved by buttons; the numbers stay in the fields.
function ranked() { return rows.filter((row) => worth(row)).sort((a, b) => worth(a) - worth(b)); }
function renumber(list) {
  for (const row of rows) inputOf(row).value = "";
  list.forEach((row, at) => { inputOf(row).value = at + 1; });
  changed();
}
function order() {
  const list = ranked();
  const box = form.querySelector("[data-order-box]");
  const focused = document.activeElement && document.activeElement.dataset.move;
  box.hidden = !list.length;
  const items = list.map((row, at) => {
    const line = document.createElement("div");
    const name = document.createElement("span");
    name.textContent = nameOf(row);
    const language = row.querySelector(".ballot-name").lang;
    if (language) name.lang = language;
    const swap = (other) => () => { const next = [...list]; [next[at], next[other]] = [next[other], next[at]]; renumber(next); };
    line.append(name);
    const tools = [["↑", "Up", at - 1], ["↓", "Down", at + 1]].filter(([, , to]) => to >= 0 && to < list.length);
    for (const [sign, words, to] of tools) {
      const made = button(sign, say(words) + " " + name.textContent, swap(to));
      made.dataset.move = row.dataset.project + words;
      line.append(made);
    }
    line.append(button("×", say("Off") + " " + name.textContent, () => renumber(list.filter((one) => one !== row))));
    const item = document.createElement("li");
    item.append(line);
    return item;
  });
  form.querySelector("[data-order]").replaceChildren(...items);
  if (focused) { const again = form.querySelector(`[data-move="${CSS.escape(focused)}"]`); if (again) again.focus(); }
}
if (kind === "ranked") {
  for (const row of rows) {
    const add = button("+", say("Add") + " " + nameOf(row), () => {
      const list = ranked();
      renumber(list.includes(row) ? list.filter((one) => one !== row) : [...list, row]);
    });
    inputOf(row).after(add);
  }
}

form.addEventListener("change", (event) => { if (!["q", "theme"].includes(event.target.name)) changed(); });
show();
narrow();
const summary = document.getElementById("error-summary");
if (summary) summary.focus();
