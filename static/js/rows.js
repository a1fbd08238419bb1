/* Rows in an order, on the pages of tracks and lessons: each has two buttons that move it, for
   the keyboard; the form sends them numbered as they stand. A row that was added can be taken
   out again without harm to those after it. */
addEventListener("DOMContentLoaded", () => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const form = desk.closest("form");
  const said = desk.querySelector("[role=status]");
  const ROW = ":scope > .form-group:not(.empty-form)";
  const rowsOf = (list) => [...list.querySelectorAll(ROW)];
  const placeOf = (row) => row.querySelector(':scope > .form-row [name$="-position"]');

  const nameOf = (row) => {
    const own = row.querySelector(":scope > .form-row");
    const typed = own.querySelector("textarea, input[type=text]");
    const link = own.querySelector("a.to, h3 strong");
    const name = ((typed && typed.value.trim()) || (link && link.textContent) || "").trim();
    if (name) return name.split("\n")[0].slice(0, 60);
    return desk.dataset.nameless.replace("{number}", rowsOf(row.parentElement).indexOf(row) + 1);
  };

  const button = (way, sign) => {
    const made = document.createElement("button");
    made.type = "button";
    made.dataset.way = way;
    made.textContent = sign;
    return made;
  };
  /* each button says what it moves, and a new question's heading where it stands */
  const label = () => {
    for (const list of form.querySelectorAll(".formset[data-ordering-field]")) {
      if (window.updateStackedCounter) window.updateStackedCounter(list);
      for (const row of rowsOf(list)) {
        const name = nameOf(row);
        for (const way of row.querySelectorAll(":scope > .form-row [data-way]")) {
          way.title = desk.dataset[way.dataset.way].replace("{name}", () => name);
          way.setAttribute("aria-label", way.title);
        }
      }
    }
  };
  const equip = () => {
    for (const row of form.querySelectorAll(".formset[data-ordering-field] > .form-group")) {
      const own = row.querySelector(":scope > .form-row");
      if (own.querySelector(".ways")) continue;
      const ways = document.createElement("span");
      ways.className = "ways";
      ways.append(button("up", "↑"), button("down", "↓"));
      const handle = own.querySelector(".material-symbols-outlined");
      const grip = handle && handle.textContent.trim() === "drag_indicator" && handle.parentElement;
      if (grip) grip.after(ways);
      else (own.querySelector("h3, td > div") || own).prepend(ways);
    }
  };

  const move = (pressed) => {
    const row = pressed.closest(".form-group");
    const list = row.parentElement;
    const rows = rowsOf(list);
    const at = rows.indexOf(row);
    const to = at + (pressed.dataset.way === "up" ? -1 : 1);
    const name = nameOf(row);
    if (rows[to]) {
      if (to < at) rows[to].before(row);
      else rows[to].after(row);
      const place = placeOf(row);
      if (place) place.dispatchEvent(new Event("input", { bubbles: true }));
      if (window.applyLastClass) window.applyLastClass(list);
    }
    label();
    const now = rowsOf(list).indexOf(row) + 1;
    pressed.focus();
    pressed.scrollIntoView({ block: "nearest" });
    said.textContent = desk.dataset.moved.replace("{place}", now).replace("{count}", rows.length).replace("{name}", () => name);
  };

  /* unfold's own way numbers by where a row stands, and forgets what was typed behind it */
  const rename = (row, prefix, from) => {
    const old = new RegExp("(" + prefix + "-)" + from + "(?!\\d)", "g");
    for (const part of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...part.attributes]) {
        if (name !== "value" && value.includes(prefix)) part.setAttribute(name, value.replace(old, "$1" + (from - 1)));
      }
    }
  };
  const takeOut = (row) => {
    const list = row.closest(".formset");
    const { prefix } = JSON.parse(list.dataset.inlineFormset).options;
    const number = (one) => {
      const field = one.querySelector('[name^="' + prefix + '-"]');
      return Number(field.name.slice(prefix.length + 1).split("-")[0]);
    };
    const gone = number(row);
    const rest = rowsOf(list).filter((one) => one !== row);
    const next = row.nextElementSibling;
    row.remove();
    for (const one of rest.sort((a, b) => number(a) - number(b))) {
      const from = number(one);
      if (from > gone) rename(one, prefix, from);
    }
    const total = form.querySelector('[name="' + prefix + '-TOTAL_FORMS"]');
    total.value = rest.length;
    const add = list.querySelector(":scope > .form-actions .add-row");
    if (add) add.classList.remove("hidden");
    if (window.applyLastClass) window.applyLastClass(list);
    if (window.checkFormsetEmpty) window.checkFormsetEmpty(list);
    label();
    const near = (next && next.matches(".form-group:not(.empty-form)") && next.querySelector("[data-way]")) || add;
    if (near) near.focus();
    document.dispatchEvent(new CustomEvent("formset:removed", { detail: { formsetName: prefix } }));
  };

  form.addEventListener("click", (e) => {
    const way = e.target.closest("[data-way]");
    if (way) move(way);
  });
  document.addEventListener("click", (e) => {
    const bin = e.target.closest(".delete-template");
    if (!bin || !form.contains(bin)) return;
    e.stopImmediatePropagation();
    takeOut(bin.closest(".form-group"));
  }, true);
  /* where each row stands is what is sent */
  form.addEventListener("formdata", (e) => {
    for (const list of form.querySelectorAll(".formset[data-ordering-field]")) {
      if (list.closest(".empty-form")) continue;
      rowsOf(list).forEach((row, at) => {
        const place = placeOf(row);
        if (place && !place.disabled) e.formData.set(place.name, at + 1);
      });
    }
  });
  /* who asked for a row goes on in it */
  form.addEventListener("click", (e) => {
    const add = e.target.closest(".add-row");
    if (!add) return;
    setTimeout(() => {
      label();
      const added = rowsOf(add.closest(".formset")).pop();
      const first = added && added.querySelector(":scope > .form-row :is(textarea, input[type=text])");
      if (first) first.focus();
    });
  });
  /* a page that came back has its rows as they were before; they stood where they say */
  const arrange = () => {
    for (const list of form.querySelectorAll(".formset[data-ordering-field]")) {
      const rows = rowsOf(list);
      const wish = (row) => Number((placeOf(row) || {}).value) || Infinity;
      const sorted = [...rows].sort((a, b) => (wish(a) === wish(b) ? 0 : wish(a) - wish(b)));
      if (sorted.every((row, at) => row === rows[at])) continue;
      const after = rows[rows.length - 1].nextElementSibling;
      for (const row of sorted) list.insertBefore(row, after);
      if (window.applyLastClass) window.applyLastClass(list);
    }
  };
  arrange();
  equip();
  label();
  form.addEventListener("change", label);
  form.addEventListener("end", label); // of dragging
});
