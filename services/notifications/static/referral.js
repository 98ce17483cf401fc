// Takes who a client is off the page when its minute is over.
const revealed = document.getElementById("revealed");
if (revealed) {
  let left = Number(revealed.dataset.seconds);
  const seconds = document.getElementById("seconds");
  const hide = () => window.location.replace(window.location.pathname.replace(/\/reveal$/, ""));
  const count = setInterval(() => {
    left -= 1;
    seconds.textContent = String(Math.max(left, 0));
    if (left <= 0) {
      clearInterval(count);
      revealed.remove();
      hide();
    }
  }, 1000);
  window.addEventListener("pagehide", () => revealed.remove());
}
