// Warns before the answers are wiped, and clears the screen when they are. Pages work without it.
const box = document.querySelector(".time-left");
if (box) {
  const minute = 60_000;
  const lasts = Number(box.dataset.minutes) * minute;
  const left = box.querySelector("[data-left]");
  let ends = Date.now() + lasts;

  const look = () => {
    const rest = ends - Date.now();
    if (rest <= 0) {
      window.location.replace(box.dataset.ended);
      return;
    }
    const soon = rest <= 5 * minute;
    if (box.hidden === soon) box.hidden = !soon;
    if (soon) {
      const minutes = Math.ceil(rest / minute);
      const words = minutes === 1 ? "1 minute" : `${minutes} minutes`;
      if (left.textContent !== words) left.textContent = words;
    }
  };

  box.querySelector("[data-keep]").addEventListener("click", async () => {
    const answer = await fetch(box.dataset.stay, { method: "POST", headers: { "X-CSRF-Token": box.dataset.token } });
    if (answer.ok) {
      ends = Date.now() + lasts;
      look();
    } else {
      window.location.replace(box.dataset.ended);
    }
  });

  setInterval(look, 5_000);
  document.addEventListener("visibilitychange", look);
}
