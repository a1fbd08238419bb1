// What the admin's own templates leave out for screen readers: a main landmark, and
// no header cell that is announced and says nothing. And what they do too much: writing the
// name of a chosen file into the text field nearby, which is the description of a picture.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("main")?.setAttribute("role", "main");
  for (const cell of document.querySelectorAll("th")) {
    if (!cell.textContent.trim()) cell.setAttribute("role", "presentation");
  }
  for (const file of document.querySelectorAll("input[type=file]")) file.hasChangeListener = true;
});
