// A form marked data-once is sent once: while it is under way its buttons wait and say so.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-once") || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "1";
  const pressed = event.submitter;
  // Not `disabled`: the pressed button's own name and value must still be sent.
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  if (pressed && pressed.dataset.busy) {
    pressed.dataset.idle = pressed.textContent;
    pressed.textContent = pressed.dataset.busy;
  }
});
// Coming back by the browser's own button shows the page as it was left: let the form be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("button")) {
      button.removeAttribute("aria-disabled");
      if (button.dataset.idle) button.textContent = button.dataset.idle;
    }
  }
});
// After a refused form the summary of errors is read first.
const summary = document.getElementById("error-summary");
if (summary) summary.focus();
