/* The page of an incident: c goes to the comment, a asks before it acknowledges. The page works without it. */
"use strict";
(() => {
  const { keys, toast } = window.modelwatch;
  const field = document.querySelector("[data-comment]");
  const comment = (event) => { if (event) event.preventDefault(); field.scrollIntoView({ block: "center" }); field.focus(); };
  keys.set("c", comment);
  document.querySelector("[data-key=comment]").addEventListener("click", comment);
  const acknowledge = document.querySelector("[data-key=acknowledge]");
  keys.set("a", () => {
    if (!acknowledge || acknowledge.disabled) return;
    acknowledge.focus();
    toast("Enter acknowledges this incident.");
  });
})();
