// Ctrl+K goes anywhere, ? says which keys there are.
const palette = document.getElementById("palette");
const text = document.getElementById("palette-text");
const list = document.getElementById("palette-list");
const help = document.getElementById("help");
const places = [...list.children];
let chosen = 0;

function shown() {
  const typed = text.value.trim().toLowerCase();
  const found = places.filter((place) => place.textContent.toLowerCase().includes(typed));
  if (/^[0-9a-f]{4,6}$/i.test(typed)) {
    const referral = document.createElement("li");
    referral.role = "option";
    referral.id = "palette-referral";
    referral.dataset.address = `/referrals?id=${encodeURIComponent(typed)}`;
    referral.textContent = `Referral ${typed.toUpperCase()}`;
    found.unshift(referral);
  }
  return found;
}

function draw() {
  const found = shown();
  chosen = Math.max(0, Math.min(chosen, found.length - 1));
  list.replaceChildren(...found);
  found.forEach((place, nth) => place.setAttribute("aria-selected", String(nth === chosen)));
  text.setAttribute("aria-activedescendant", found[chosen]?.id ?? "");
}

function go(place) {
  if (place) window.location.assign(place.dataset.address);
}

text.addEventListener("input", () => {
  chosen = 0;
  draw();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    chosen += event.key === "ArrowDown" ? 1 : -1;
    draw();
  } else if (event.key === "Enter") {
    event.preventDefault();
    go(list.children[chosen]);
  }
});
list.addEventListener("click", (event) => go(event.target.closest("li")));

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    text.value = "";
    chosen = 0;
    draw();
    if (!palette.open) palette.showModal();
    text.focus();
  } else if (event.key === "?" && !event.target.closest("input, select, textarea, dialog")) {
    help.showModal();
  }
});
