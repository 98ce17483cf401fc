// Keeps an open board true: places what the stream sends, says how fresh it is, and can be paused.
const STALE_AFTER = 30_000;
const board = document.getElementById("board");
const live = document.getElementById("live");
const liveText = document.getElementById("live-text");
const news = document.getElementById("live-news");
const pause = document.getElementById("pause");
const alarm = document.getElementById("safeguarding-banner");
const plainTitle = document.title.replace(/^\(\d+!\) /, "");

let heard = Date.now();
let at = "";
let paused = false;
let state = "still";
let openConcerns = Number(/^\((\d+)!\)/.exec(document.title)?.[1] ?? 0);
const kept = new Map();
let keptNumbers = null;

function say(next) {
  const words = { live: `Live · updated ${at}`, stale: `Not live · last heard ${at || "before the page was opened"}`, paused: `Paused at ${at}` };
  live.dataset.state = next;
  liveText.textContent = words[next];
  if (next !== state) {
    const said = { live: "The board is live.", stale: "The board is not live any more.", paused: "The board is paused." };
    news.textContent = said[next];
  }
  state = next;
}

function place(change, fresh) {
  const old = document.getElementById(`card-${change.id}`);
  const focused = old?.contains(document.activeElement);
  const list = change.column && board.querySelector(`[data-column="${change.column}"]`);
  if (!list) {
    old?.remove();
    return;
  }
  const holder = document.createElement("template");
  holder.innerHTML = change.html.trim();
  const card = holder.content.firstElementChild;
  const moved = old?.parentElement !== list;
  old?.remove();
  const after = [...list.children].find((other) => Number(other.dataset.order) > change.order);
  list.insertBefore(card, after ?? null);
  if (fresh && moved) card.classList.add("card--fresh");
  if (focused) card.querySelector("a")?.focus({ preventScroll: true });
}

function count(numbers) {
  for (const element of board.querySelectorAll("[data-number]")) element.textContent = numbers[element.dataset.number] ?? 0;
}

function warn(tick) {
  if (tick.concerns > openConcerns) sound();
  if (tick.concerns !== openConcerns || alarm.dataset.said !== tick.alarm) {
    alarm.innerHTML = tick.alarm;
    alarm.dataset.said = tick.alarm;
  }
  openConcerns = tick.concerns;
  document.title = (openConcerns ? `(${openConcerns}!) ` : "") + plainTitle;
}

function sound() {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.frequency.value = 740;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  } catch {
    // A browser that was never clicked makes no sound; banner and title say it too.
  }
}

async function readAnew() {
  const response = await fetch(window.location.href, { headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) return window.location.reload();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const list of page.querySelectorAll("[data-column]")) {
    board.querySelector(`[data-column="${list.dataset.column}"]`)?.replaceChildren(...list.children);
  }
  const numbers = {};
  for (const element of page.querySelectorAll("[data-number]")) numbers[element.dataset.number] = element.textContent;
  count(numbers);
}

board.addEventListener("card", (event) => {
  const change = JSON.parse(event.detail.data);
  if (paused) kept.set(change.id, change);
  else place(change, true);
});

board.addEventListener("reset", () => {
  kept.clear();
  if (paused) kept.set("everything", null);
  else readAnew();
});

board.addEventListener("tick", (event) => {
  const tick = JSON.parse(event.detail.data);
  heard = Date.now();
  if (!paused) at = tick.time;
  if (tick.numbers) {
    if (paused) keptNumbers = tick.numbers;
    else count(tick.numbers);
  }
  warn(tick);
  say(paused ? "paused" : "live");
});

board.addEventListener("signed-out", () => window.location.reload());
board.addEventListener("htmx:sse:error", (event) => {
  if ([401, 403].includes(event.detail.status)) window.location.reload();
});

setInterval(() => {
  if (!paused && Date.now() - heard > STALE_AFTER) say("stale");
}, 1000);

function turn() {
  paused = !paused;
  pause.textContent = paused ? "Go on" : "Pause";
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused) {
    if (kept.has("everything")) readAnew();
    else for (const change of kept.values()) place(change, true);
    if (keptNumbers) count(keptNumbers);
    kept.clear();
    keptNumbers = null;
  }
  say(paused ? "paused" : "live");
}

pause.hidden = false;
pause.addEventListener("click", turn);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (event.key === "p" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) turn();
});

// Connects last, and after htmx has looked over the page by itself: scripts that come late must neither leave the
// board without its stream nor lose what the stream said before somebody listened.
setTimeout(() => {
  board.setAttribute("hx-sse:connect", board.dataset.stream);
  htmx.process(board);
});
