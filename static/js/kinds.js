/* A question's form shows the fields of its kind alone; what is hidden is sent empty. Where this
   does not run, all are there, and their help says what each is for. */
addEventListener("DOMContentLoaded", () => {
  const OF = { tolerance: ["number"], other_feedback: ["text", "number"] };
  const form = document.querySelector("[data-desk]")?.closest("form");
  if (!form) return;
  const kinds = () => [...form.querySelectorAll("select[name$=kind]")].filter((kind) => !kind.name.includes("__prefix__"));
  const hidden = (kind) => Object.keys(OF)
    .filter((name) => !OF[name].includes(kind.value))
    .map((name) => kind.name.replace(/kind$/, name));
  const settle = () => {
    for (const kind of kinds()) {
      for (const name of Object.keys(OF)) {
        const field = form.elements[kind.name.replace(/kind$/, name)];
        if (field) field.closest(".field-line").classList.toggle("is-of-another-kind", hidden(kind).includes(field.name));
      }
    }
  };
  form.addEventListener("change", settle);
  form.addEventListener("formdata", (e) => {
    for (const name of kinds().flatMap(hidden)) if (e.formData.has(name)) e.formData.set(name, "");
  });
  document.addEventListener("formset:added", settle);
  settle();
});
