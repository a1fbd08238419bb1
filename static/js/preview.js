/* The preview beside a lesson's text: shortly after each pause in typing the form goes to the
   server, and what learners would see comes back into the frame. One request at a time. Where
   this does not run, the button sends the form into the frame. */
addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-preview]");
  if (!box) return;
  const form = box.closest("form");
  const [frame] = box.getElementsByTagName("iframe");
  const button = box.querySelector("button");
  const said = box.querySelector("[role=status]");
  let timer, isBusy = false, isOld = false, pause = 500;

  /* in a frame that opens no windows, only links within the page lead anywhere */
  const stay = (page) => {
    for (const link of page.querySelectorAll('a[href^="#"]')) link.target = "_self";
  };
  const show = (html) => {
    const now = frame.contentDocument;
    const next = new DOMParser().parseFromString(html, "text/html");
    const place = now.scrollingElement.scrollTop;
    const open = [...now.querySelectorAll("details")].map((part) => part.open);
    for (const name of ["lang", "dir", "class"]) {
      const value = next.documentElement.getAttribute(name);
      if (value === null) now.documentElement.removeAttribute(name);
      else now.documentElement.setAttribute(name, value);
    }
    stay(next);
    now.body.replaceWith(now.adoptNode(next.body));
    now.querySelectorAll("details").forEach((part, at) => { part.open = open[at] || false; });
    now.scrollingElement.scrollTop = place;
  };
  const isThere = () => frame.contentDocument && frame.contentDocument.getElementById("main");

  const refresh = async () => {
    clearTimeout(timer);
    if (isBusy || !isThere()) { isOld = true; return; }
    isBusy = true;
    isOld = false;
    const start = performance.now();
    try {
      const sent = { method: "POST", body: new FormData(form), signal: AbortSignal.timeout(20000) };
      const answer = await fetch(box.dataset.preview, sent);
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      show(await answer.text());
      said.textContent = box.dataset.shown;
    } catch {
      said.textContent = box.dataset.failed;
    }
    isBusy = false;
    pause = Math.max(500, performance.now() - start); /* a long text waits longer */
    if (isOld) soon();
  };
  const soon = () => {
    said.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(refresh, pause);
  };

  frame.addEventListener("load", () => {
    if (!isThere()) return;
    stay(frame.contentDocument);
    refresh();
  });
  if (isThere()) { stay(frame.contentDocument); refresh(); }
  button.addEventListener("click", (e) => { e.preventDefault(); refresh(); });
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
});
