// Short messages in a live region. The server writes them there; parts that htmx swaps may bring more.
const place = document.getElementById("toasts");
const STAY = 7000;

function leave(toast) {
  if (!toast.matches("[data-stay]")) setTimeout(() => toast.remove(), STAY);
}

function say(text) {
  if (!place || !text) return;
  const toast = document.createElement("div");
  toast.className = "k-toast";
  toast.textContent = text;
  place.append(toast);
  leave(toast);
}

document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".k-toast")?.remove());
document.addEventListener("kanal:toast", (event) => say(event.detail?.value ?? event.detail));
document.addEventListener("htmx:load", (event) => {
  for (const part of event.detail.elt.querySelectorAll?.("[data-toast]") ?? []) {
    say(part.dataset.toast || part.textContent);
    part.removeAttribute("data-toast");
  }
});
for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(event, () => say(document.getElementById("k-words")?.dataset.failed));
}
place?.querySelectorAll(".k-toast").forEach(leave);
