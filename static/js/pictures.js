/* Pictures in the Markdown field of a lesson: chosen, dropped on it or pasted into it. A dialog
   asks what the picture says, uploads it, and puts its line where the cursor stands. Where this
   does not run, the link beside the field leads to a page that does the same. */
addEventListener("DOMContentLoaded", () => {
  const text = document.querySelector("textarea[data-pictures]");
  if (!text) return;
  const link = document.querySelector("[data-picture-link]");
  const waiting = [];
  let ready, dialog, parts, sending, file, place;
  let isBusy = false; /* a dialog is open, or about to be */

  const part = (selector) => dialog.querySelector(selector);
  const trackNow = () => text.dataset.track || (document.getElementById("id_track") || {}).value || "";
  const say = (words) => { parts.error.textContent = words || ""; };
  const missing = (name) => parts.error.dataset[name];

  const show = (chosen) => {
    file = chosen;
    parts.picture.hidden = !file;
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => { parts.picture.src = reader.result; };
    reader.readAsDataURL(file);
  };

  const setUp = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    dialog = page.querySelector("dialog");
    if (!dialog) throw new Error("signed out");
    /* else unfold writes the file's name into the description */
    part("[type=file]").hasChangeListener = true;
    document.body.append(dialog);
    parts = {
      form: part("form"),
      track: part("[name=track]"),
      chosen: part("[type=file]"),
      picture: part("img"),
      words: part("[type=text]"),
      error: part("[role=alert]"),
      progress: part("progress"),
      send: part("[type=submit]"),
    };
    parts.chosen.addEventListener("change", () => { say(); show(parts.chosen.files[0]); });
    parts.form.addEventListener("submit", (e) => { e.preventDefault(); upload(); });
    part("[data-cancel]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      if (sending) sending.abort();
      isBusy = false;
      text.focus();
      next();
    });
  };

  /* the dialog for this file, or for one that is to be chosen in it */
  const open = async (chosen) => {
    place = [text.selectionStart, text.selectionEnd];
    ready ||= fetch(text.dataset.pictures + "?dialog=1").then((answer) => answer.text()).then(setUp);
    await ready;
    parts.form.reset();
    parts.progress.hidden = true;
    parts.send.disabled = false;
    say();
    show(chosen);
    part("[data-choose]").hidden = !!chosen;
    dialog.showModal();
    (chosen ? parts.words : parts.chosen).focus();
  };
  const offer = (chosen) => {
    isBusy = true;
    open(chosen).catch(() => { location.href = link.href; });
  };
  const next = () => { if (!isBusy && waiting.length) offer(waiting.shift()); };

  const whatIsMissing = () => {
    if (!trackNow()) return missing("missingTrack");
    if (!file) return missing("missingFile");
    if (file.size > Number(parts.chosen.dataset.most)) return missing("tooLarge");
    return parts.words.value.trim() ? "" : missing("missingDescription");
  };

  const upload = () => {
    say(whatIsMissing());
    if (parts.error.textContent) return;
    parts.track.value = trackNow();
    const form = new FormData(parts.form);
    form.set("file", file, file.name || "picture.png");
    form.set("description", parts.words.value);
    parts.send.disabled = true;
    parts.progress.value = 0;
    parts.progress.hidden = false;
    sending = new XMLHttpRequest();
    sending.open("POST", parts.form.action);
    sending.setRequestHeader("Accept", "application/json");
    sending.responseType = "json";
    sending.upload.onprogress = (e) => { parts.progress.value = e.loaded / e.total; };
    sending.onloadend = finish;
    sending.send(form);
  };

  const finish = () => {
    const { status, response } = sending;
    sending = null;
    parts.send.disabled = false;
    parts.progress.hidden = true;
    if (!dialog.open) return; /* cancelled */
    if (status === 200 && response && response.line) {
      insert(response.line);
    } else say((response && response.error) || missing("failed"));
  };

  /* as if it were typed, so that it can be undone */
  const insert = (line) => {
    dialog.close();
    text.focus();
    text.setSelectionRange(...place);
    const before = text.value.slice(0, place[0]), after = text.value.slice(place[1]);
    /* right behind something else it begins a paragraph; at the start of a line it ends one */
    let words = /\S$/.test(before) ? "\n\n" + line : line;
    if (/^\S/.test(after) && /(^|\n)$/.test(before)) words += "\n\n";
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const take = (files) => {
    waiting.push(...files);
    next();
  };

  link.addEventListener("click", (e) => { e.preventDefault(); offer(); });
  text.addEventListener("dragover", (e) => {
    if (!e.dataTransfer.types.includes("Files")) return;
    e.preventDefault();
    text.classList.add("is-dropped-on");
  });
  for (const name of ["dragleave", "drop"]) text.addEventListener(name, () => text.classList.remove("is-dropped-on"));
  text.addEventListener("drop", (e) => {
    if (!e.dataTransfer.files.length) return;
    e.preventDefault();
    take(e.dataTransfer.files);
  });
  /* a word processor offers its text as a picture, too: the text is meant */
  text.addEventListener("paste", (e) => {
    const { files, types } = e.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    e.preventDefault();
    take(files);
  });
  document.querySelector("[data-picture-hint]").hidden = false;
});
