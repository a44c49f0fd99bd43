/* Draws the charts of a page from the data beside each, moves one crosshair through all lanes, shows tables. */
"use strict";

const LATE = 300;

/* One chart: its plot as wide as its place, everything else as the server said. */
async function draw(figure) {
  const plot = figure.querySelector(".chart-plot");
  const given = JSON.parse(figure.querySelector("script").textContent);
  const spec = given.spec;
  const padding = spec.padding;
  spec.width = Math.max(80, Math.floor(figure.clientWidth - padding.left - padding.right));
  /* Rows whose names stand beside the plot: the style sheet says how far apart, which differs on a phone. */
  const count = Number(figure.dataset.rows || 0);
  if (count) spec.height += count * (parseFloat(getComputedStyle(figure).getPropertyValue("--pitch")) - Number(figure.dataset.pitch));
  const late = setTimeout(() => figure.classList.add("is-late"), LATE);
  try {
    const place = document.createElement("div");
    const options = { mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: false };
    const made = await window.vegaEmbed(place, spec, options);
    if (figure.drawn) figure.drawn.finalize();
    figure.drawn = made;
    const svg = place.querySelector("svg");
    svg.setAttribute("aria-hidden", "true");
    /* Marks that stand for a page of their own; the same pages are linked in words. */
    made.view.addEventListener("click", (_, item) => { if (item && item.datum && item.datum.u) location.href = item.datum.u; });
    plot.replaceChildren(place);
  } catch (error) {
    plot.textContent = "This chart could not be drawn; t shows its numbers.";
    plot.classList.add("chart-error");
    console.error(error);
  } finally {
    clearTimeout(late);
    figure.classList.remove("is-late");
  }
}

/* Charts are drawn when they come near the window, and again when its width changes. */
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
}, { rootMargin: "400px" });
const figures = [...document.querySelectorAll("[data-chart]")];
figures.forEach((figure) => seen.observe(figure));
let width = window.innerWidth;
let resizing = 0;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  clearTimeout(resizing);
  resizing = setTimeout(() => figures.filter((figure) => figure.drawn).forEach(draw), 150);
});

/* The same numbers as a table. */
function table(given) {
  const made = document.createElement("table");
  const names = Object.keys(given.columns);
  const head = made.createTHead().insertRow();
  for (const name of names) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = given.columns[name];
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of given.rows) {
    const line = body.insertRow();
    for (const name of names) {
      const value = row[name];
      const cell = line.insertCell();
      cell.textContent = value === null || value === undefined ? "\u2013" : String(value);
      if (typeof value === "number") cell.className = "num";
    }
  }
  return made;
}
function toggleTables() {
  const shown = document.querySelector(".chart-table");
  if (shown) { document.querySelectorAll(".chart-table").forEach((each) => each.remove()); return; }
  for (const figure of figures) {
    const place = document.createElement("div");
    place.className = "chart-table";
    place.tabIndex = 0;
    place.append(table(JSON.parse(figure.querySelector("script").textContent)));
    figure.append(place);
  }
}
window.modelwatch.keys.set("t", toggleTables);

/* Lanes: one crosshair; read-outs at the right tell of the window under it and of the latest otherwise.
   The first line is strong unless the read-out has data-lines="rows".
   <script data-lanes> holds {"domain": [from, to], "windows": [[start, end], ...], "readouts": {lane: [[line, ...], ...]}}. */
for (const lanes of document.querySelectorAll(".lanes")) {
  const source = lanes.querySelector("script[data-lanes]");
  if (!source) continue;
  const { domain, windows, readouts } = JSON.parse(source.textContent);
  const line = document.createElement("div");
  line.className = "crosshair";
  line.hidden = true;
  lanes.append(line);
  const places = new Map([...lanes.querySelectorAll("[data-readout]")].map((place) => [place, [...place.childNodes]]));
  let at = -1;
  const plot = () => {
    const figure = lanes.querySelector(".lane-plot .chart");
    const left = Number(lanes.dataset.left || 40);
    const box = figure.getBoundingClientRect();
    return { left: box.left + left, width: box.width - left - Number(lanes.dataset.right || 8) };
  };
  const show = (index) => {
    at = index;
    const { left, width } = plot();
    const middle = (windows[index][0] + windows[index][1]) / 2;
    const share = (middle - domain[0]) / (domain[1] - domain[0]);
    line.style.left = `${left - lanes.getBoundingClientRect().left + share * width}px`;
    line.hidden = false;
    for (const place of places.keys()) {
      const lines = (readouts[place.dataset.readout] || [])[index];
      if (!lines) continue;
      const made = lines.map((text, order) => {
        const part = document.createElement(order === 0 && place.dataset.lines !== "rows" ? "b" : "div");
        part.textContent = text;
        return part;
      });
      place.replaceChildren(...made);
    }
  };
  const leave = () => {
    at = -1;
    line.hidden = true;
    for (const [place, kept] of places) place.replaceChildren(...kept);
  };
  const find = (x) => {
    const { left, width } = plot();
    const instant = domain[0] + ((x - left) / width) * (domain[1] - domain[0]);
    if (x < left || x > left + width) return -1;
    return windows.findIndex(([start, end]) => start <= instant && instant < end);
  };
  lanes.addEventListener("pointermove", (event) => {
    const index = find(event.clientX);
    if (index < 0) leave(); else if (index !== at) show(index);
  });
  lanes.addEventListener("pointerleave", leave);
  lanes.tabIndex = 0;
  lanes.setAttribute("aria-label", "Lanes over time: arrow keys move through the windows");
  lanes.addEventListener("keydown", (event) => {
    if (event.target !== lanes || !windows.length) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); show(Math.max(0, Math.min(windows.length - 1, (at < 0 ? windows.length - 1 : at + step)))); }
    if (event.key === "Escape") leave();
  });
}
