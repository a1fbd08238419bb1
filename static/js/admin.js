// What the admin's own templates leave out for screen readers and for the keyboard: a main
// landmark, no header cell that is announced and says nothing, no name of an icon read out
// beside words, and a press of Enter or Space on what answers a click alone. And what they
// do too much: writing the name of a chosen file into the text field nearby, which is the
// description of a picture. See docs/decisions/0023-faults-of-unfold.md.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("main")?.setAttribute("role", "main");
  for (const cell of document.querySelectorAll("th")) {
    if (!cell.textContent.trim()) cell.setAttribute("role", "presentation");
  }
  for (const file of document.querySelectorAll("input[type=file]")) file.hasChangeListener = true;
  for (const part of document.querySelectorAll(":is(a:not([href]), div, span)[x-on\\:click]")) {
    if (!part.textContent.trim()) continue;
    part.setAttribute("role", "button");
    part.tabIndex = 0;
  }
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) {
    const around = icon.closest("a, button, [role=button], td, li") || icon;
    if (around.textContent.trim() !== icon.textContent.trim()) icon.setAttribute("aria-hidden", "true");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (!event.target.matches("[role=button][x-on\\:click]:not(button)")) return;
  event.preventDefault();
  event.target.click();
});
