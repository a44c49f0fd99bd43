/* The page of a column: dragging across the lanes selects a stretch, j and k go to the next and the previous column. */
"use strict";

for (const step of ["j", "k"])
  window.modelwatch.keys.set(step, () => { const link = document.querySelector(`[data-step=${step}]`); if (link) link.click(); });

for (const button of document.querySelectorAll("[data-unfold]"))
  button.addEventListener("click", () => {
    const folded = document.getElementById(button.dataset.unfold);
    folded.hidden = !folded.hidden;
    button.setAttribute("aria-expanded", String(!folded.hidden));
  });

/* A definition is one click, or `d`, away: the first of the table. */
window.modelwatch.keys.set("d", () => {
  const all = [...document.querySelectorAll(".metrics details.definition")];
  const open = all.findIndex((each) => each.open);
  all.forEach((each, place) => { each.open = place === open + 1; });
});

/* Dragging: from the window under the pointer to the one where it is let go, both whole. */
for (const lanes of document.querySelectorAll(".lanes[data-select]")) {
  const { domain, windows } = JSON.parse(lanes.querySelector("script[data-lanes]").textContent);
  const bounds = JSON.parse(lanes.querySelector("script[data-bounds]").textContent);
  const instant = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
  let from = -1;
  let to = -1;
  const mark = document.createElement("div");
  mark.className = "chosen";
  mark.hidden = true;
  lanes.append(mark);
  const plot = () => {
    const box = lanes.querySelector(".lane-plot .chart").getBoundingClientRect();
    const left = Number(lanes.dataset.left || 40);
    return { left: box.left + left, width: box.width - left - Number(lanes.dataset.right || 8) };
  };
  const find = (x) => {
    const { left, width } = plot();
    const at = domain[0] + ((x - left) / width) * (domain[1] - domain[0]);
    if (at < windows[0][0]) return 0;
    const index = windows.findIndex(([start, end]) => start <= at && at < end);
    return index < 0 ? windows.length - 1 : index;
  };
  const show = () => {
    const { left, width } = plot();
    const share = (at) => ((at - domain[0]) / (domain[1] - domain[0])) * width + left - lanes.getBoundingClientRect().left;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    mark.style.left = `${share(windows[first][0])}px`;
    mark.style.width = `${share(windows[last][1]) - share(windows[first][0])}px`;
    mark.hidden = false;
  };
  lanes.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || !windows.length || !event.target.closest(".lane-plot")) return;
    from = to = find(event.clientX);
    lanes.setPointerCapture(event.pointerId);
  });
  lanes.addEventListener("pointermove", (event) => {
    if (from < 0) return;
    to = find(event.clientX);
    if (to !== from) show();
  });
  lanes.addEventListener("pointerup", () => {
    if (from < 0) return;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    const moved = from !== to || !mark.hidden;
    from = -1;
    if (!moved) return;
    location.href = lanes.dataset.select.replace("SINCE", encodeURIComponent(instant(bounds[first][0]))).replace("UNTIL", encodeURIComponent(instant(bounds[last][1])));
  });
  lanes.addEventListener("pointercancel", () => { from = -1; mark.hidden = true; });
}
