/* What every page does: keys, times in the reader's zone, search, short messages. Pages work without it, less well. */
"use strict";

const typing = (target) => target.closest && target.closest("input, textarea, select, [contenteditable]");

/* Times: the server writes UTC; a reader elsewhere sees the own zone, with UTC on hover. */
const FORMATS = {
  day: { day: "numeric", month: "short" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const zoneName = (at) =>
  new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(at).find((part) => part.type === "timeZoneName").value;
function localTimes(root) {
  const offset = new Date().getTimezoneOffset();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (!element.title) element.title = element.dateTime.replace("T", " ").replace("Z", " UTC");
    if (offset === 0 || element.dataset.how === "day") continue;
    const options = { ...FORMATS.moment };
    if (/ \d{4} /.test(element.textContent)) options.year = "numeric";
    element.textContent = `${new Intl.DateTimeFormat("en-GB", options).format(at).replace(",", "")} ${zoneName(at)}`;
  }
}

/* A short message that leaves by itself; `undo` takes back what was done. */
let toastTimer = 0;
function toast(text, undo) {
  const place = document.querySelector("[data-toast]");
  place.replaceChildren(document.createTextNode(text));
  if (undo) {
    const button = document.createElement("button");
    button.textContent = "Undo";
    button.addEventListener("click", () => { place.hidden = true; undo(); });
    place.append(button);
  }
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, 6000);
}

/* Rows that j and k walk through: anything with data-row; Enter opens its first link. */
const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
function select(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("selected"));
  const next = Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step));
  all.forEach((row, place) => row.classList.toggle("selected", place === next));
  all[next].scrollIntoView({ block: "nearest" });
  const link = all[next].querySelector("a[href]");
  if (link) link.focus({ preventScroll: true });
}
const selected = () => document.querySelector("[data-row].selected");

/* Keys: a page adds its own with `keys.set("x", action)`. */
const keys = new Map();
let went = false;
keys.set("j", () => select(1));
keys.set("k", () => select(-1));
keys.set("o", () => { const link = (selected() || document).querySelector("a[data-incident]"); if (link) link.click(); });
keys.set("?", () => document.querySelector("[data-keys-dialog]").showModal());
keys.set("/", () => { const field = document.querySelector("[data-filter]") || document.querySelector("[data-search]"); field.focus(); field.select(); });
for (const [key, name] of [["a", "acknowledge"], ["c", "comment"], ["s", "silence"], ["d", "definition"]])
  keys.set(key, () => { const target = document.querySelector(`[data-key=${name}]`); if (target) { target.focus(); target.click(); } });
for (const key of ["[", "]", "-", "+"])
  keys.set(key, () => { const link = document.querySelector(`[data-key="${key}"]`); if (link) link.click(); });
const GOES = { f: "/", i: "/incidents", e: "/events", r: "/rules" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (went) {
    went = false;
    if (GOES[event.key]) { event.preventDefault(); location.href = GOES[event.key]; }
    return;
  }
  if (event.key === "g") { went = true; setTimeout(() => { went = false; }, 1500); return; }
  const action = keys.get(event.key);
  if (action) { event.preventDefault(); action(); }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open], details.definition[open]"))
    if (!menu.contains(event.target)) menu.open = false;
  if (event.target.closest("[data-keys]")) document.querySelector("[data-keys-dialog]").showModal();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open], details.definition[open]")) menu.open = false;
});

localTimes(document);
window.modelwatch = { keys, toast, localTimes };
