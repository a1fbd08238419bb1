// Buttons that copy an address: shown where the browser can do it, and say that it is done.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const said = button.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "✓ " + said;
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = said; }, 2000);
  });
}
