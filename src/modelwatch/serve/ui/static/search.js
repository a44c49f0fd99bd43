/* Suggestions under the search field of the top bar: arrow keys choose, Enter opens, Esc closes. */
"use strict";

(() => {
  const field = document.querySelector("[data-search]");
  if (!field) return;
  const WAIT = 120;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  field.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]])
    field.setAttribute(name, value);
  let chosen = -1, asked = 0, timer = 0;

  function close() {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  function choose(place) {
    const all = [...list.children];
    chosen = all.length ? (place + all.length) % all.length : -1;
    all.forEach((each, index) => each.setAttribute("aria-selected", String(index === chosen)));
    if (chosen >= 0) { field.setAttribute("aria-activedescendant", all[chosen].id); all[chosen].scrollIntoView({ block: "nearest" }); }
  }
  function line(hit, place) {
    const made = document.createElement("li");
    made.id = `suggestion-${place}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const link = document.createElement("a");
    link.href = hit.href;
    link.tabIndex = -1;
    for (const [kind, text] of [["what", hit.what], ["text", hit.name], ["beside", hit.beside]]) {
      const part = document.createElement(kind === "what" ? "span" : "bdi");
      part.className = kind;
      part.textContent = text;
      link.append(part);
    }
    made.append(link);
    return made;
  }
  async function ask() {
    const text = field.value.trim();
    asked += 1;
    const mine = asked;
    if (!text) { close(); return; }
    try {
      const answer = await fetch(`/search.json?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== asked || document.activeElement !== field) return;
      const { hits } = await answer.json();
      list.replaceChildren(...hits.map(line));
      chosen = -1;
      list.hidden = hits.length === 0;
      field.setAttribute("aria-expanded", String(hits.length > 0));
    } catch { close(); }
  }
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  field.addEventListener("focus", () => { if (field.value.trim()) ask(); });
  field.addEventListener("blur", () => setTimeout(close, 150));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choose(chosen < 0 && step < 0 ? -1 : chosen + step); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); list.children[chosen].querySelector("a").click(); }
  });
})();
