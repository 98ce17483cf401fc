// Starts the GOV.UK components and our own small manners. Pages work without it.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Browsers write what was typed back into a form on the way back, also after leaving by the exit.
if (document.documentElement.classList.contains("public")) {
  document.querySelectorAll("form").forEach((form) => form.setAttribute("autocomplete", "off"));
}

// A page that comes back out of the browser's memory may show what was wiped: ask for it again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// An open group of the bar closes like a menu: by Escape, and by going on elsewhere.
const shelves = document.querySelectorAll(".bar__shelf");
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const shelf of shelves) if (!shelf.contains(event.target)) shelf.open = false;
  });
}
document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".bar__shelf[open]");
  if (event.key !== "Escape" || !open) return;
  if (open.contains(document.activeElement)) open.querySelector("summary").focus();
  open.open = false;
});
