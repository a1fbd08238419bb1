/* Text that is not saved yet survives a closed tab: it is kept in this browser, for the person
   and the page, and offered on the next visit. Signing out forgets all of it. */
(() => {
  const START = "gradus.kept.", SENDING = "gradus.sending";
  const PAUSE = 400, DAYS = 30;
  const OURS = /^csrf|^as_loaded$|^edit$|^_|__prefix__/; /* never kept: not typed, or a secret */
  const keep = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full, or not allowed */ } };
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };

  addEventListener("submit", (e) => {
    if (!(e.target.getAttribute("action") || "").endsWith("/logout/")) return;
    for (const key of Object.keys(localStorage)) if (key.startsWith(START)) localStorage.removeItem(key);
  });

  /* a save that succeeded leads to an address that says so */
  const sent = sessionStorage.getItem(SENDING);
  sessionStorage.removeItem(SENDING);
  if (location.hash === "#saved") {
    if (sent) localStorage.removeItem(sent);
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  /* the page of two versions sends on what the page before it sent */
  addEventListener("submit", (e) => {
    if (sent && e.target.hasAttribute("data-sends-on")) sessionStorage.setItem(SENDING, sent);
  });

  /* after what others do at this moment, such as numbering rows; frames are not waited for */
  addEventListener("DOMContentLoaded", () => setTimeout(() => {
    const desk = document.querySelector("[data-person]");
    if (!desk) return;
    const form = desk.closest("form");
    const said = desk.dataset;
    const key = START + said.person + "." + location.pathname + ".";
    const cameBack = "unsaved" in said; /* it was sent, and not saved */
    const typed = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OURS.test(name));
    const plain = (fields) => JSON.stringify(fields).replaceAll("\\r\\n", "\\n");
    const first = plain(typed());
    /* a place of this page's own: in another tab the same page may be open */
    const another = () => key + Date.now() + "." + Math.random().toString(36).slice(2);
    let timer, slot = sent && sent.startsWith(key) ? sent : another(), isOver = false;
    let noted = localStorage.getItem(slot);

    const note = () => {
      clearTimeout(timer);
      timer = undefined;
      if (isOver) return;
      const fields = typed();
      const there = localStorage.getItem(slot);
      if (there !== null && there !== noted) slot = another(); /* another tab brought it back */
      if (!cameBack && plain(fields) === first) localStorage.removeItem(slot);
      else keep(slot, { at: Date.now(), loaded: said.loaded, fields });
      noted = localStorage.getItem(slot);
    };
    const soon = () => { clearTimeout(timer); timer = setTimeout(note, PAUSE); };
    const now = () => { if (timer) note(); };
    for (const what of ["input", "change"]) form.addEventListener(what, soon);
    for (const what of ["formset:added", "formset:removed"]) document.addEventListener(what, soon);
    addEventListener("pagehide", now);
    document.addEventListener("visibilitychange", now);
    form.addEventListener("submit", (e) => {
      if (e.submitter && e.submitter.hasAttribute("formtarget")) return; /* the preview */
      note();
      sessionStorage.setItem(SENDING, slot);
    });

    /* the server puts it back, beside what is stored now where that is another since */
    const bring = (at, kept) => {
      const back = document.createElement("form");
      back.method = "post";
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      for (const [name, value] of [...kept.fields, ["csrfmiddlewaretoken", token], ["as_loaded", kept.loaded], ["edit", "on"]]) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        back.append(field);
      }
      document.body.append(back);
      isOver = true;
      sessionStorage.setItem(SENDING, at);
      back.submit();
    };
    const time = (at) => {
      const day = new Date(at), lang = document.documentElement.lang;
      const short = { hour: "2-digit", minute: "2-digit" };
      const isToday = day.toDateString() === new Date().toDateString();
      return isToday ? day.toLocaleTimeString(lang, short) : day.toLocaleString(lang, { day: "numeric", month: "long", ...short });
    };
    const offer = (at, kept) => {
      const box = document.createElement("div");
      box.className = "kept";
      box.setAttribute("role", "status");
      const text = document.createElement("p");
      text.textContent = said.kept.replace("{time}", time(kept.at)) + (kept.loaded === said.loaded ? "" : " " + said.newer);
      const button = (name, act) => {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = name;
        made.addEventListener("click", act);
        return made;
      };
      box.append(
        text,
        button(said.bring, () => bring(at, kept)),
        button(said.discard, () => { localStorage.removeItem(at); box.remove(); }),
      );
      desk.append(box);
    };

    if (cameBack) { note(); return; }
    for (const at of Object.keys(localStorage).filter((name) => name.startsWith(START)).sort()) {
      const kept = read(at);
      const isOver = !kept || Date.now() - kept.at > DAYS * 24 * 3600 * 1000;
      const isOurs = at.startsWith(key);
      if (isOver || (isOurs && plain(kept.fields) === first)) localStorage.removeItem(at);
      else if (isOurs) offer(at, kept);
    }
  }));
})();
