// A draft that saves itself: what was saved needs no warning when the page is left, and what was not is said.
const form = document.querySelector("form[data-saves]");
let sent = "";

// The version moves on with every save, and files are sent by their own button.
function typed() {
  return JSON.stringify([...new FormData(form)].filter(([name]) => !["version", "files"].includes(name)));
}

form?.addEventListener("htmx:beforeRequest", () => { sent = typed(); });
form?.addEventListener("htmx:afterSettle", () => {
  if (document.querySelector("#saved[role=alert]")) return;
  if (sent === typed()) form.dispatchEvent(new CustomEvent("kanal:saved", { bubbles: true }));
});

function fail() {
  const line = document.getElementById("saved");
  line.className = "k-small k-late";
  line.setAttribute("role", "alert");
  line.textContent = form.dataset.saves;
}
for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) form?.addEventListener(event, fail);
