// Receipts: copy, print, and keep on this device when the voter asks for it. Nothing here is sent to the server by itself.
"use strict";
const PLACE = "shanzhi.receipts";
function kept() {
  try { return JSON.parse(localStorage.getItem(PLACE)) || {}; } catch { return {}; }
}
function keep(all) { localStorage.setItem(PLACE, JSON.stringify(all)); }
function said(button) { button.textContent = button.dataset.done; }

for (const shown of document.querySelectorAll("[data-receipt]")) {
  const box = shown.closest(".confirmation, .panel");
  const wire = (name, act) => {
    const button = box.querySelector(`[data-${name}]`);
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  };
  const { receipt, poll, title } = shown.dataset;
  if (navigator.clipboard) wire("copy", (button) => navigator.clipboard.writeText(receipt).then(() => said(button)));
  wire("print", () => window.print());
  wire("save", (button) => { keep({ ...kept(), [poll]: { receipt, title } }); said(button); });
}

const box = document.querySelector("[data-saved]");
if (box) {
  const only = box.dataset.only;
  if (only) {
    const field = document.querySelector("[name=receipt]");
    const mine = kept()[only];
    if (mine && !field.value) field.value = mine.receipt;
  } else if (Object.keys(kept()).length) {
    list();
  }
}

function list() {
  const entries = Object.entries(kept());
  const heading = document.createElement("h3");
  heading.textContent = box.dataset.heading;
  const items = document.createElement("ul");
  items.className = "saved-receipts";
  for (const [poll, { receipt, title }] of entries) {
    const item = document.createElement("li");
    const name = document.createElement("p");
    name.textContent = title;
    const code = document.createElement("p");
    code.className = "receipt";
    code.textContent = receipt;
    const check = document.createElement("a");
    check.className = "button second";
    check.href = `/polls/${encodeURIComponent(poll)}/receipt/`;
    check.textContent = box.dataset.check;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "button second";
    forget.textContent = box.dataset.forget;
    forget.addEventListener("click", () => { const all = kept(); delete all[poll]; keep(all); item.remove(); });
    item.append(name, code, check, " ", forget);
    items.append(item);
  }
  box.replaceChildren(heading, items);
  box.hidden = false;
}
