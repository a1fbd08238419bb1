/* A file may be dropped anywhere on its form, not on its field alone. */
for (const form of document.querySelectorAll("[data-drop]")) {
  const field = form.querySelector("[type=file]");
  form.querySelector("[data-drop-hint]").hidden = false;
  const light = (isOver) => (e) => {
    if (!e.dataTransfer.types.includes("Files")) return;
    e.preventDefault();
    form.classList.toggle("drop--over", isOver);
  };
  form.addEventListener("dragover", light(true));
  form.addEventListener("dragleave", light(false));
  form.addEventListener("drop", (e) => {
    light(false)(e);
    if (e.dataTransfer.files.length) field.files = e.dataTransfer.files;
  });
}
