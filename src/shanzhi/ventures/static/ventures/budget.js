// Checks the budget against the rules of its call as one types, by the rules as the server wrote them into the page.
// `judge` mirrors shanzhi/ventures/queries/budget.py; tests/browser/test_budget.py holds both to the same cases.
// Sums are whole fen as BigInt, so nothing is rounded on the way.
"use strict";
const Budget = (() => {
  const digits = (text) => text.replace(/[０-９．，]/g, (one) => "0123456789.,"["０１２３４５６７８９．，".indexOf(one)]);
  const decimal = (whole, part) => BigInt(whole.replace(/[,，]/g, "") || "0") * 100n + BigInt((part || "").padEnd(2, "0"));

  // A price in fen, a quantity in hundredths; null where it cannot be read.
  const price = (text) => {
    const typed = digits(text.trim());
    if (!typed) return 0n;
    const found = /^[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.(\d{1,2}))?\s*元?$/.exec(typed);
    const fen = found && decimal(found[1], found[2]);
    return found && fen <= 10n ** 13n ? fen : null;
  };
  const quantity = (text) => {
    const found = /^(\d{0,8})(?:\.(\d{0,2})0*)?$/.exec(digits(text.trim()) || "1");
    return found && (found[1] || found[2]) ? decimal(found[1], found[2]) : null;
  };
  const times = (hundredths, fen) => (hundredths * fen + 50n) / 100n;
  const up = (part, whole) => (part + whole - 1n) / whole;
  const tenths = (part, whole) => (whole ? Number(up(part * 1000n, whole)) : 0);
  const sum = (lines) => lines.reduce((all, line) => all + line.amount, 0n);

  const lineFaults = (rules, asked) => {
    const known = new Map(rules.categories.map((one) => [one.key, one]));
    const found = [];
    for (const line of asked) {
      const category = known.get(line.category);
      if (known.size && !category) found.push({ code: "category", places: [line.place] });
      else if (category && category.forbidden)
        found.push({ code: "forbidden", places: [line.place], name: category.name, amount: line.amount });
      if (rules.line_fen && line.amount > BigInt(rules.line_fen)) {
        const limit = BigInt(rules.line_fen);
        found.push({ code: "line", places: [line.place], amount: line.amount, limit, over: line.amount - limit });
      }
    }
    return found;
  };

  const shareOf = (one, asked, whole) => {
    const places = asked.filter((line) => line.category === one.key);
    const fen = sum(places);
    const limit = one.share === null ? null : BigInt(one.share);
    const over = one.forbidden ? fen > 0n : limit !== null && fen * 100n > limit * whole;
    return { key: one.key, name: one.name, fen, tenths: tenths(fen, whole), limit, forbidden: one.forbidden, over, places };
  };

  // lines: [{place, category, amount (BigInt of fen), asked}]
  const judge = (rules, lines) => {
    const asked = lines.filter((line) => line.asked);
    const whole = sum(asked);
    const total = sum(lines);
    const limit = BigInt(rules.limit_fen);
    const shares = rules.categories.map((one) => shareOf(one, asked, whole));
    const faults = [];
    if (whole > limit) faults.push({ code: "project", places: [], amount: whole, limit, over: whole - limit });
    faults.push(...lineFaults(rules, asked));
    for (const share of shares.filter((one) => one.over && !one.forbidden))
      faults.push({
        code: "share", places: share.places.map((line) => line.place), name: share.name, amount: share.fen,
        tenths: share.tenths, limit: share.limit, over: up(100n * share.fen - share.limit * whole, 100n - share.limit),
      });
    const part = rules.asked_share === null ? null : BigInt(rules.asked_share);
    if (part !== null && whole * 100n > part * total)
      faults.push({
        code: "asked", places: [], amount: whole, tenths: tenths(whole, total), limit: part,
        over: up(100n * whole - part * total, 100n),
      });
    return { asked: whole, total, left: limit - whole, shares, faults };
  };

  const percent = (number) => `${Math.floor(number / 10)}.${number % 10} %`;
  const writer = (pattern) => (fen) => {
    const size = fen < 0n ? -fen : fen;
    const yuan = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    const written = pattern.replace("{}", `${yuan}.${(size % 100n).toString().padStart(2, "0")}`);
    return fen < 0n ? `-${written}` : written;
  };
  const fill = (words, values) => words.replace(/%\((\w+)\)s|%%/g, (all, name) => (name ? values[name] : "%"));
  const told = (fault, data, money) =>
    fill(data.words[fault.code], {
      lines: fault.places.map((place) => place + 1).join("、"),
      name: fault.name || "",
      amount: money(fault.amount || 0n),
      share: percent(fault.tenths || 0),
      limit: ["project", "line"].includes(fault.code) ? money(fault.limit) : `${fault.limit} %`,
      over: money(fault.over || 0n),
    });
  return { price, quantity, times, judge, percent, writer, fill, told };
})();

(() => {
  const panel = document.querySelector("[data-budget]");
  const form = panel && panel.closest("form");
  if (!form) return;
  const data = JSON.parse(document.getElementById("budget-rules").textContent);
  const money = Budget.writer(data.money);
  const said = panel.querySelector("[data-said]");
  const list = panel.querySelector("[data-faults]");
  const of = (place, name) => form.elements.namedItem(`budget-${place}-${name}`);
  const typed = (place, name) => (of(place, name) ? of(place, name).value.trim() : "");

  const read = () => {
    const lines = [];
    const unclear = [];
    for (let place = 0; of(place, "item"); place += 1) {
      if (!["item", "unit", "quantity", "unit_price_fen", "note"].some((name) => typed(place, name))) continue;
      const often = Budget.quantity(typed(place, "quantity"));
      const price = Budget.price(typed(place, "unit_price_fen"));
      const clear = often !== null && price !== null;
      if (!clear) unclear.push({ code: "unclear", places: [place] });
      const amount = clear ? Budget.times(often, price) : 0n;
      lines.push({ place, category: typed(place, "category"), amount, asked: typed(place, "source") === "asked" });
    }
    return { lines, unclear };
  };

  const show = () => {
    const { lines, unclear } = read();
    const verdict = Budget.judge(data.rules, lines);
    for (const name of ["asked", "left", "total"]) panel.querySelector(`[data-sum=${name}]`).textContent = money(verdict[name]);
    for (const share of verdict.shares) {
      const row = panel.querySelector(`[data-share="${CSS.escape(share.key)}"]`);
      row.classList.toggle("over", share.over);
      row.querySelector("[data-fen]").textContent = money(share.fen);
      row.querySelector("[data-tenths]").textContent = Budget.percent(share.tenths);
      row.querySelector("[data-bar]").setAttribute("width", share.tenths);
    }
    const faults = [...unclear, ...verdict.faults];
    list.replaceChildren(...faults.map((fault) => {
      const item = document.createElement("li");
      const words = Budget.told({ limit: 0n, ...fault }, data, money);
      if (!fault.places.length) item.textContent = words;
      else {
        const link = document.createElement("a");
        link.href = `#${of(fault.places[0], "item").id}`;
        link.textContent = words;
        item.append(link);
      }
      return item;
    }));
    list.hidden = !faults.length;
    return { left: money(verdict.left), count: faults.length };
  };

  // Read aloud once the typing has stopped, and only when the sentence is another one.
  let timer = 0;
  const say = ({ left, count }) => {
    const words = Budget.fill(data.words[count ? "broken" : "kept"], { left, count });
    if (said.textContent === words) return;
    said.textContent = words;
    said.classList.toggle("warn", count > 0);
    said.classList.toggle("good", count === 0);
  };
  const follow = () => {
    const now = show();
    clearTimeout(timer);
    timer = setTimeout(() => say(now), 1200);
  };
  form.addEventListener("input", follow);
  form.addEventListener("change", follow);
})();
