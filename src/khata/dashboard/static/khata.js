// Draws the chart from the table behind it. Everything else on the pages works without scripts.
"use strict";

function numbers(table, column) {
  return Array.from(table.tBodies[0].rows, (row) => Number(row.cells[column].dataset.value));
}

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function short(value, sign, indian) {
  const steps = indian
    ? [[1e7, "Cr"], [1e5, "L"], [1e3, "k"]]
    : [[1e9, "B"], [1e6, "M"], [1e3, "k"]];
  for (const [size, name] of steps) {
    if (Math.abs(value) >= size) return sign + +(value / size).toFixed(2) + name;
  }
  return sign + value;
}

function draw(place) {
  const table = document.getElementById(place.dataset.chart);
  const months = Array.from(table.tBodies[0].rows, (row) => row.cells[0].textContent.trim());
  const at = months.map((_, position) => position);
  const bars = uPlot.paths.bars({ size: [0.36, 26], align: 1, radius: 0.15 });
  const before = uPlot.paths.bars({ size: [0.36, 26], align: -1, radius: 0.15 });
  const line = uPlot.paths.linear(); // a curve would swing below zero, where no MRR has been
  const pixel = { stroke: ink("--rule"), width: 1 };
  const step = Math.ceil(months.length / Math.max(3, Math.floor(place.clientWidth / 74)));
  const chart = new uPlot({
    width: place.clientWidth,
    height: place.clientHeight,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.6, months.length - 0.4] }, y: { range: (u, low, high) => [Math.min(low, 0), high * 1.08 || 1] } },
    axes: [
      { stroke: ink("--soft"), grid: { show: false }, ticks: { show: false }, size: 34,
        splits: () => at.filter((position) => (months.length - 1 - position) % step === 0), values: (u, marks) => marks.map((mark) => months[mark]) },
      { stroke: ink("--soft"), grid: pixel, ticks: { show: false }, size: 62,
        values: (u, marks) => marks.map((mark) => short(mark, place.dataset.sign, place.dataset.sign === "₹")) },
    ],
    series: [
      {},
      { paths: before, fill: ink("--bar"), width: 0, points: { show: false } },
      { paths: bars, fill: ink("--bar-soft"), width: 0, points: { show: false } },
      { paths: line, stroke: ink("--line"), width: 2.5, points: { show: false } },
    ],
  }, [at, numbers(table, 1), numbers(table, 2), numbers(table, 3)], place);
  return () => chart.destroy();
}

function drawAll() {
  // The figures stand open for whoever has no scripts; the chart tells the same at a glance.
  for (const figures of document.querySelectorAll("[data-figures]")) figures.open = false;
  for (const place of document.querySelectorAll("[data-chart]")) {
    place.hidden = false;
    let clear = draw(place);
    const again = () => { clear(); clear = draw(place); };
    let width = place.clientWidth;
    window.addEventListener("resize", () => {
      if (place.clientWidth !== width) { width = place.clientWidth; again(); }
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }
}

document.addEventListener("DOMContentLoaded", drawAll);
