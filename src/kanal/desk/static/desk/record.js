// The opportunity's form: its parts as tabs, and the partner's name in the hint.
const form = document.getElementById("record");
const tabs = document.querySelector("[data-parts]");

function show(name) {
  for (const part of form.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
  for (const tab of tabs.querySelectorAll("a[href^='#']")) {
    if (tab.hash === `#${name}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  placeStatus(name);
  // A redirect keeps what stands after #: the same part is looked at after Save.
  if (form.hasAttribute("action")) form.setAttribute("action", `${form.getAttribute("action").split("#")[0]}#${name}`);
}

// The field Status stands in the part that is looked at: there is one of it, in two places of the form.
function placeStatus(name) {
  const field = form.querySelector("[data-status]");
  const place = form.querySelector(`[data-part="${name}"] [data-status-place]`);
  if (field && place && field.parentElement !== place) place.append(field);
}

function partOf(target) {
  return target?.closest?.("[data-part]")?.dataset.part;
}

if (tabs && form.querySelector("[data-part]")) {
  form.classList.add("d-parted");
  const wanted = partOf(document.getElementById(location.hash.slice(1)));
  const wrong = partOf(form.querySelector("[aria-invalid='true']"));
  show(wrong ?? wanted ?? "summary");
  tabs.addEventListener("click", (event) => {
    const tab = event.target.closest("a[href^='#']");
    if (!tab) return;
    event.preventDefault();
    history.replaceState(history.state, "", tab.hash);
    show(tab.hash.slice(1));
  });
  // A link in the error summary leads to its field, whichever part it is in.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#form-errors a[href^='#']");
    const part = partOf(link && document.getElementById(link.hash.slice(1)));
    if (part) show(part);
  }, true);
}

const partner = document.getElementById("id_partner");
function name() {
  const chosen = partner?.selectedOptions[0]?.value ? partner.selectedOptions[0].textContent.trim() : "";
  for (const place of form.querySelectorAll("[data-partner-name]")) {
    place.dataset.nobody ??= place.textContent;
    place.textContent = chosen || place.dataset.nobody;
  }
}
partner?.addEventListener("change", name);
if (partner) name();

// A contact belongs to one company: another company clears it.
const account = document.getElementById("id_account");
account?.addEventListener("change", () => {
  document.getElementById("id_contact")?.tomselect?.clear();
});
