// Reading in sheets by the keyboard: Enter in the serial goes to the numbers, Enter there keeps the sheet;
// "0" stands for a blank sheet, "x" for an invalid one.
"use strict";
const form = document.querySelector(".entry-form");
if (form) {
  const { serial, numbers, kind, reason } = form.elements;
  const pick = (value) => { form.querySelector(`[name=kind][value=${value}]`).checked = true; };
  if (serial.value && !document.getElementById("error-summary")) numbers.focus();
  serial.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || numbers.value) return;
    event.preventDefault();
    numbers.focus();
  });
  numbers.addEventListener("input", () => {
    const typed = numbers.value.trim().toLowerCase();
    if (typed === "0") pick("blank");
    else if (typed === "x") { pick("invalid"); reason.focus(); }
    else if (typed) pick("valid");
  });
  form.addEventListener("submit", () => {
    if (kind.value !== "valid") numbers.value = "";
  });
}
