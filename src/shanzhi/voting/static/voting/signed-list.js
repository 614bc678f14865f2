// Checks a signed list before it is worked from: by a key that came with the page and never with the list.
"use strict";
const signedList = (() => {
  const SKEW = 5 * 60 * 1000; // clocks of devices differ; the minute of a mark counts, so not by much
  // As the server writes what it signs: keys sorted, no spaces, UTF-8.
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  };
  const bytes = (hex, length) => {
    if (typeof hex !== "string" || !new RegExp(`^[0-9a-f]{${2 * length}}$`).test(hex)) throw new TypeError("no hexadecimal");
    return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  };
  const verifier = async (hex) => {
    try {
      return await crypto.subtle.importKey("raw", bytes(hex, 32), { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null; // too old a browser, a page that did not come over a safe way, or no key
    }
  };

  // Each names words of the page; "" means that nothing is wrong.
  const untimely = (list) => {
    const now = Date.now();
    if (now < Date.parse(list.marks_until) - SKEW) return "Early";
    return now < Date.parse(list.closes_at) ? "" : "Late";
  };
  const fault = async (list, signature, { key, poll, booth }) => {
    if (list === null || typeof list !== "object" || !Array.isArray(list.rows)) return "Broken";
    if (list.poll !== poll || list.booth !== booth) return "Other";
    const known = await verifier(key);
    if (!known) return "Unable";
    try {
      const said = new TextEncoder().encode(canonical(list));
      if (!(await crypto.subtle.verify({ name: "Ed25519" }, known, bytes(signature, 64), said))) return "Broken";
    } catch {
      return "Broken";
    }
    return untimely(list);
  };
  return { fault, untimely };
})();
