// Copying and printing the code, where the browser can.
const tools = document.querySelector("[data-tools]");
if (tools) {
  const receipt = document.getElementById("receipt").textContent.trim();
  const copied = tools.querySelector("[data-copied]");
  tools.hidden = false;
  tools.querySelector("[data-print]").addEventListener("click", () => window.print());
  tools.querySelector("[data-copy]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(receipt);
      copied.textContent = "Copied. It is safer on paper.";
    } catch {
      copied.textContent = "This browser does not copy. Please write it down.";
    }
  });
}
