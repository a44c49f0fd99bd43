/* The fleet page: filters as one types, and takes in what changed every while without moving what is being read. */
"use strict";

(() => {
  const card = document.querySelector("[data-fleet]");
  if (!card) return;
  const EVERY = 15000;
  const { keys, localTimes } = window.modelwatch;
  const filter = document.querySelector("[data-filter]");
  const reorder = document.querySelector("[data-reorder]");
  const lines = () => [...card.querySelectorAll("tr[data-row]")];

  /* Words, as the server finds them: each somewhere in what is told of a model. */
  function sift() {
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const line of lines()) {
      line.hidden = !words.every((word) => line.dataset.find.includes(word));
      if (!line.hidden) shown += 1;
    }
    for (const group of card.querySelectorAll("tbody.group")) group.hidden = !group.querySelector("tr[data-row]:not([hidden])");
    const unfold = card.querySelector("[data-unfold]");
    if (unfold && words.length) unfold.checked = true;
    document.querySelector("[data-shown]").textContent = shown;
    card.querySelector("[data-nothing]").hidden = shown > 0;
    card.querySelector("thead").hidden = shown === 0;
  }
  filter.addEventListener("input", () => {
    sift();
    const address = new URL(location.href);
    if (filter.value.trim()) address.searchParams.set("q", filter.value.trim()); else address.searchParams.delete("q");
    history.replaceState(null, "", address);
  });
  filter.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const only = lines().filter((line) => !line.hidden);
    if (only.length) only[0].querySelector("a").focus();
  });
  /* The field keeps what was typed when one comes back. */
  window.addEventListener("pageshow", sift);

  keys.set("t", () => { const table = document.querySelector("[data-table]"); table.hidden = !table.hidden; });

  /* What came anew: rows that changed are written where they stand; another order waits for a click. */
  let fresh = null;
  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(`/fleet.json${location.search}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { rows } = await answer.json();
      const now = lines();
      const marks = new Map(now.map((line) => [line.dataset.row, line.dataset.mark]));
      const same = rows.length === now.length && rows.every(([name], place) => now[place].dataset.row === name);
      if (same && rows.every(([name, mark]) => marks.get(name) === mark)) return;
      const page = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (page.ok) take(new DOMParser().parseFromString(await page.text(), "text/html"));
    } catch { /* the server is away for a moment: what is shown stays, and the next look tells */ }
  }
  function take(made) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const newer = made.querySelector(`[data-live="${part.dataset.live}"]`);
      if (newer && newer.innerHTML !== part.innerHTML) part.innerHTML = newer.innerHTML;
    }
    const newer = new Map([...made.querySelectorAll("tr[data-row]")].map((line) => [line.dataset.row, line]));
    const changed = lines().filter((line) => { const other = newer.get(line.dataset.row); return !other || other.dataset.mark !== line.dataset.mark; });
    const before = lines().map((line) => line.dataset.row).join(" ");
    const moved = [...newer.keys()].join(" ") !== before;
    for (const line of changed) {
      const other = newer.get(line.dataset.row);
      if (other) write(line, other);
    }
    localTimes(document);
    fresh = moved ? made : null;
    reorder.hidden = !moved;
    const many = changed.length + [...newer.keys()].filter((name) => !before.split(" ").includes(name)).length;
    if (moved) reorder.textContent = `${many} changed`;
    sift();
  }
  function write(line, other) {
    const place = [...line.querySelectorAll("a")].indexOf(document.activeElement);
    const selected = line.classList.contains("selected");
    line.className = other.className;
    line.classList.toggle("selected", selected);
    line.dataset.mark = other.dataset.mark;
    line.dataset.find = other.dataset.find;
    line.innerHTML = other.innerHTML;
    const links = line.querySelectorAll("a");
    if (place >= 0 && links.length) links[Math.min(place, links.length - 1)].focus({ preventScroll: true });
  }
  reorder.addEventListener("click", () => {
    if (!fresh) return;
    const table = card.querySelector("table");
    table.replaceWith(fresh.querySelector("table.fleet"));
    fresh = null;
    reorder.hidden = true;
    localTimes(document);
    sift();
  });
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
