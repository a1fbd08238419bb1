/* A form that uploads a file says how much of it is there. Where this does not run, the
   browser sends the form by itself. */
addEventListener("DOMContentLoaded", () => {
  const start = (box) => {
    const form = box && box.querySelector("[data-upload]");
    if (!form) return;
    const way = form.querySelector(".upload__way");
    const bar = way.querySelector("progress");
    const said = way.querySelector("[role=status]");
    const button = form.querySelector("[type=submit]");
    let isSending = false;

    const say = (text) => { way.hidden = false; said.textContent = text; };
    const stop = (text) => {
      isSending = false;
      button.disabled = false;
      bar.hidden = true;
      say(text);
    };
    const show = (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const next = page.getElementById(box.id);
      if (!next) { stop(form.dataset.failed); return; }
      box.replaceWith(document.adoptNode(next));
      start(next);
      const refusal = next.querySelector("[role=alert]");
      if (refusal) refusal.focus();
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isSending) return;
      const [file] = form.querySelector("[type=file]").files;
      if (file && file.size > Number(form.dataset.upload)) { stop(form.dataset.tooLarge); return; }
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (sent) => {
        if (!sent.lengthComputable) return;
        bar.value = Math.round(100 * sent.loaded / sent.total);
        const text = form.dataset.sending.replace("%", bar.value + " %");
        say(sent.loaded < sent.total ? text : form.dataset.reading);
      });
      request.addEventListener("load", () => {
        const type = request.getResponseHeader("Content-Type") || "";
        // who was signed out meanwhile gets the sign-in page instead
        if (request.status === 200 && !type.startsWith("application/json")) location.reload();
        else if (request.status === 200) location.assign(JSON.parse(request.responseText).next);
        else if (request.status === 422) show(request.responseText);
        else stop(form.dataset.failed);
      });
      request.addEventListener("error", () => stop(form.dataset.failed));
      request.open("POST", location.href);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.send(new FormData(form));
      isSending = true;
      button.disabled = true;
      bar.hidden = false;
      bar.value = 0;
    });
  };
  start(document.getElementById("upload"));
});
