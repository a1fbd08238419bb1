/* What JavaScript adds: the theme changes without a reload, and what htmx swapped in takes
   the focus. Every page works without it. */
(() => {
  const root = document.documentElement;
  const show = (name) => {
    root.classList.remove("theme-light", "theme-dark");
    if (name !== "system") root.classList.add("theme-" + name);
    for (const b of document.querySelectorAll("[data-theme-choice]")) b.setAttribute("aria-pressed", b.value === name);
  };
  addEventListener("click", (e) => {
    const b = e.target.closest("[data-theme-choice]");
    if (!b) return;
    e.preventDefault();
    const gone = b.value === "system" ? "0" : "31536000";
    document.cookie = "theme=" + b.value + ";path=/;samesite=lax;max-age=" + gone + (location.protocol === "https:" ? ";secure" : "");
    show(b.value);
  });
  /* who signs out leaves no text behind that the admin kept for them */
  addEventListener("submit", (e) => {
    if (!(e.target.getAttribute("action") || "").endsWith("/logout/")) return;
    for (const key of Object.keys(localStorage)) if (key.startsWith("gradus.kept.")) localStorage.removeItem(key);
  });
  /* the verdict's heading, the problem box, or the first control of a question opened again
     takes the focus */
  const land = (el) => { const t = el && (el.matches("[data-land]") ? el : el.querySelector("[data-land], input:not([type=hidden])")); if (t) t.focus(); };
  addEventListener("htmx:load", (e) => { if (e.detail.elt !== document.body) land(e.detail.elt); });
  land(document.querySelector(".problem[data-land]"));
  /* Back shows the page as it came, from before the answers: ask for it as it is now */
  const [visit] = performance.getEntriesByType("navigation");
  if (visit && visit.type === "back_forward" && document.querySelector(".check")) location.reload();
  /* the server did not answer, or could not: the answer stays in the form, and the form says so */
  const failed = (e) => {
    const box = e.detail.elt && e.detail.elt.closest(".question");
    const note = box && box.querySelector("[data-not-sent]");
    if (note) { note.hidden = false; note.focus(); }
  };
  addEventListener("htmx:sendError", failed);
  addEventListener("htmx:timeout", failed);
  /* a sign-in in another tab made this page's forms old: take the new token, and send once more */
  const renew = async (form) => {
    form.isRenewed = true;
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    form.requestSubmit();
  };
  addEventListener("htmx:responseError", (e) => {
    const form = e.detail.elt;
    if (e.detail.xhr.status === 403 && !form.isRenewed) renew(form).catch(() => failed(e));
    else failed(e);
  });
})();
