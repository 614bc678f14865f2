// A form marked data-autosave saves itself as a draft: two seconds after the last change, and when the page is left.
// The form's .saved line ({% saved_line %}) carries the words. An answer may bring the new version in X-Version.
// A field marked data-unsaved is for looking something up and no part of the draft.
"use strict";
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = form.querySelector(".saved");
  let timer = 0;
  let dirty = false;
  const say = (words) => {
    if (line) line.textContent = words || "";
  };
  const save = async () => {
    clearTimeout(timer);
    if (!dirty || form.dataset.sending) return;
    dirty = false;
    say(line && line.dataset.saving);
    const body = new FormData(form);
    for (const field of form.querySelectorAll("[data-unsaved]")) body.delete(field.name);
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1" },
        keepalive: true,
        credentials: "same-origin",
      });
      if (answer.status === 409) {
        dirty = true;
        say(await answer.text());
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const version = answer.headers.get("X-Version");
      const held = form.elements.namedItem("version");
      if (version && held) held.value = version;
      const hour = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(`${(line && line.dataset.saved) || ""} ${hour}`);
    } catch {
      dirty = true;
      say(line && line.dataset.unsaved);
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.dataset.unsaved !== undefined) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
