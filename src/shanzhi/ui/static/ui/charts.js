// Draws each .chart from its JSON by echarts, in the page's own colours; the table behind it folds away.
"use strict";
(() => {
  const style = () => getComputedStyle(document.documentElement);
  const colour = (name) => style().getPropertyValue(`--${name}`).trim();
  const marks = ["circle", "triangle", "rect", "diamond", "pin"];
  const dashes = ["solid", [8, 4], [2, 3], [12, 4, 2, 4], [5, 2]];
  const patterns = [
    "none",
    { symbol: "line", rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 6] },
    { symbol: "circle", symbolSize: 0.6, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0] },
    { symbol: "line", rotation: -Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [4, 4] },
    { symbol: "rect", symbolSize: 0.6, dashArrayX: [[4, 8]], dashArrayY: [4, 8] },
  ];

  function series(data, entry, index) {
    const base = { name: entry.name, data: entry.values, animation: false };
    if (data.kind === "line") {
      return { ...base, type: "line", symbol: marks[index], symbolSize: 9, lineStyle: { width: 2.5, type: dashes[index] } };
    }
    if (data.kind === "points") return { ...base, type: "scatter", symbol: marks[index], symbolSize: 11 };
    const decal = patterns[index] === "none" ? { symbol: "none" } : { color: colour("raised"), ...patterns[index] };
    return {
      ...base,
      type: "bar",
      stack: data.kind === "stacked" ? "all" : undefined,
      barMaxWidth: 36,
      itemStyle: { decal, borderColor: colour("raised"), borderWidth: 1 },
    };
  }

  function option(data, narrow) {
    const ink = colour("ink");
    const quiet = colour("quiet");
    const across = data.kind === "bars_across";
    const words = { color: quiet, fontSize: 14 };
    const names = {
      type: "category",
      data: data.categories,
      name: data.x,
      nameLocation: across ? "start" : "middle",
      nameGap: across ? 12 : 32,
      nameTextStyle: { ...words, align: across ? "right" : "center" },
      inverse: across,
      axisLabel: { ...words, hideOverlap: !across, width: across ? (narrow ? 96 : 180) : undefined, overflow: "truncate" },
      axisLine: { lineStyle: { color: colour("edge") } },
      axisTick: { show: false },
    };
    const values = {
      type: "value",
      name: data.unit ? `${data.y} (${data.unit})` : data.y,
      nameLocation: across ? "middle" : "end",
      nameGap: across ? 32 : 14,
      nameTextStyle: { ...words, align: across ? "center" : "left" },
      axisLabel: { ...words, hideOverlap: true },
      splitLine: { lineStyle: { color: colour("line") } },
      splitNumber: narrow ? 3 : 5,
    };
    const several = data.series.length > 1;
    return {
      color: [1, 2, 3, 4, 5].map((number) => colour(`chart-${number}`)),
      textStyle: { fontFamily: style().getPropertyValue("--face"), color: ink },
      // grid labels are kept inside; tooltips are drawn on the canvas, since the page allows no inline styles
      grid: { left: 8, right: 16, top: across ? (several ? 72 : 40) : several ? 76 : 44, bottom: across ? 44 : 40, containLabel: true },
      legend: several ? { top: 0, left: 0, itemWidth: 28, textStyle: { color: ink, fontSize: 14 } } : { show: false },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: colour("raised"), borderColor: colour("edge"), textStyle: { color: ink }, shadowBlur: 0 },
      xAxis: across ? values : names,
      yAxis: across ? names : values,
      series: data.series.map((entry, index) => series(data, entry, index)),
    };
  }

  function draw(figure) {
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const canvas = figure.querySelector(".chart-canvas");
    canvas.hidden = false;
    figure.querySelector("details").open = false;
    const across = data.kind === "bars_across";
    const rows = data.categories.length * (data.series.length > 2 ? 2 : 1);
    const height = across ? Math.max(180, 90 + 34 * rows) : 340;
    const chart = window.echarts.init(canvas, null, { renderer: "canvas", height });
    canvas.style.height = `${height}px`;
    const paint = () => chart.setOption(option(data, canvas.clientWidth < 480), true);
    paint();
    new ResizeObserver(() => {
      chart.resize({ height });
      paint();
    }).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  }

  const start = () => {
    if (!window.echarts) return;
    for (const figure of document.querySelectorAll("figure.chart")) draw(figure);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
