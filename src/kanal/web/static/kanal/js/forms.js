// Forms: sent once, warned about when left unsaved, focus on what is wrong, names of chosen files.
let leaving = false;

function snapshot(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value].join("\n")).sort());
}

function guard(form) {
  if (form.dataset.before === undefined) form.dataset.before = snapshot(form);
}

const changed = () => [...document.querySelectorAll("form[data-guard]")].some((form) =>
  form.dataset.before !== undefined && (form.dataset.guard === "changed" || form.dataset.before !== snapshot(form)));

// What a form has saved by itself is the picture that further changes are compared with.
document.addEventListener("kanal:saved", (event) => {
  event.target.dataset.guard = "";
  event.target.dataset.before = snapshot(event.target);
});

addEventListener("beforeunload", (event) => {
  if (!leaving && changed()) event.preventDefault();
});

function busy(form, button) {
  form.setAttribute("aria-busy", "true");
  if (!button || button.disabled) return;
  button.classList.add("k-busy");
  button.setAttribute("aria-disabled", "true");
}

function idle(form) {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll(".k-busy")) {
    button.classList.remove("k-busy");
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.method === "get" || form.hasAttribute("data-again")) { leaving = form.method === "post"; return; }
  if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  leaving = true;
  busy(form, event.submitter);
});
addEventListener("pageshow", () => {
  leaving = false;
  document.querySelectorAll("form[aria-busy]").forEach(idle);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  leaving = false;
  if (form) idle(form);
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches?.("[data-autosubmit]")) field.form?.requestSubmit();
  if (field.matches?.("input[type=file][data-names]")) {
    const shown = document.getElementById(field.dataset.names);
    if (shown) shown.textContent = [...field.files].map((file) => file.name).join(", ");
  }
});

// Ctrl+Enter sends from a text area.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea")) {
    event.target.form?.requestSubmit();
  }
});

// What is refused comes back at the address it was sent to. With a fragment there, the browser scrolls to that
// part once it is laid out, and takes the focus away from the list of what is wrong.
document.addEventListener("submit", (event) => {
  if (location.hash && !event.target.hasAttribute("action")) {
    event.target.setAttribute("action", location.pathname + location.search);
  }
}, true);

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link?.closest("#form-errors") && document.querySelector(link.getAttribute("href"));
  if (field) {
    event.preventDefault();
    (field.tomselect ?? field).focus();
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard?.writeText(copy.dataset.copy);
    copy.classList.add("k-copied");
  }
});

function prepare(part) {
  part.querySelectorAll("form[data-guard]").forEach(guard);
  const wanted = part.matches?.("[data-focus]") ? part : part.querySelector("[data-focus]");
  wanted?.focus();
}
// Look-ups change their selects while they start, so the first picture is taken after them.
requestAnimationFrame(() => prepare(document.body));
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) prepare(event.detail.elt); });
