"use strict";
document.documentElement.classList.add("js");
const table = document.getElementById("columns");
const bodies = table ? [...table.tBodies] : [];
const field = document.getElementById("filter");
let state = "";
function filter() {
  const wanted = field.value.trim().toLowerCase();
  let shown = 0;
  for (const body of bodies) {
    const fits = (!state || body.dataset.state === state) && body.dataset.column.includes(wanted);
    body.hidden = !fits;
    shown += fits;
  }
  document.getElementById("none").hidden = shown > 0;
}
if (field) field.addEventListener("input", filter);
for (const button of document.querySelectorAll("#controls [data-state]"))
  button.addEventListener("click", () => {
    state = button.dataset.state;
    for (const each of document.querySelectorAll("#controls [data-state]")) each.setAttribute("aria-pressed", String(each === button));
    filter();
  });
for (const button of document.querySelectorAll("[data-sort]"))
  button.addEventListener("click", () => {
    const key = button.dataset.sort;
    const numeric = ["psi", "missing", "status"].includes(key);
    const first = numeric && key !== "status" ? "descending" : "ascending";
    const turned = { ascending: "descending", descending: "ascending" }[button.getAttribute("aria-sort")];
    const order = turned || first;
    for (const each of document.querySelectorAll("[data-sort]")) each.removeAttribute("aria-sort");
    button.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const by = (body) => (numeric ? Number(body.dataset[key]) : body.dataset[key]);
    bodies.sort((a, b) => { const [x, y] = [by(a), by(b)]; return sign * (x < y ? -1 : x > y ? 1 : 0); });
    table.append(...bodies);
  });
if (table)
  table.addEventListener("click", (event) => {
    const row = event.target.closest("tr.row");
    if (!row) return;
    const open = row.parentElement.classList.toggle("is-open");
    row.querySelector(".open").setAttribute("aria-expanded", String(open));
  });
