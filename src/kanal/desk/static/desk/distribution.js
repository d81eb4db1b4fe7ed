// The preview: explanations that open below their line, and how many lines are selected.
const selected = document.querySelector("[data-selected]");

function count() {
  if (!selected) return;
  const off = document.querySelectorAll('input[form="deliver"][name=id]:not(:checked)').length;
  const left = Number(selected.dataset.selected) - off;
  selected.textContent = selected.dataset.words.replace("%s", left);
  selected.disabled = left === 0;
}
document.addEventListener("change", (event) => { if (event.target.matches?.('input[form="deliver"]')) count(); });
document.addEventListener("htmx:afterSettle", count);
addEventListener("pageshow", count);
count();

function begin(part) {
  for (const link of part.querySelectorAll("[data-why]")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    link.setAttribute("aria-controls", link.dataset.why);
  }
}
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement ?? document));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-why]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const place = document.getElementById(link.dataset.why);
  place.hidden = !place.hidden;
  link.setAttribute("aria-expanded", String(!place.hidden));
  link.closest("[data-line]").classList.toggle("k-open", !place.hidden);
});
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.("[data-why]")) { event.preventDefault(); event.target.click(); }
});
