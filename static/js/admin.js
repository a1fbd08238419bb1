// What the admin's own templates leave out for screen readers: a main landmark, and
// no header cell that is announced and says nothing.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("main")?.setAttribute("role", "main");
  for (const cell of document.querySelectorAll("th")) {
    if (!cell.textContent.trim()) cell.setAttribute("role", "presentation");
  }
});
