// Rows of a form that are added by a button and taken out by a box, such as products.
function addLine(lines) {
  const total = lines.querySelector("input[name$=TOTAL_FORMS]");
  const holder = document.createElement("div");
  holder.innerHTML = lines.querySelector("template[data-empty]").innerHTML.replaceAll("__prefix__", total.value);
  const row = holder.firstElementChild;
  lines.querySelector("[data-rows]").append(row);
  total.value = Number(total.value) + 1;
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: row } }));
  (row.querySelector("select")?.tomselect ?? row.querySelector("input"))?.focus();
}

// Spare rows are for readers without scripts; here a button adds as many as are needed.
for (const row of document.querySelectorAll("[data-spare]")) row.remove();

for (const lines of document.querySelectorAll("[data-lines]")) {
  const add = lines.querySelector("[data-add-line]");
  if (!add) continue;
  add.hidden = false;
  add.addEventListener("click", () => addLine(lines));
}
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-line] input[name$=DELETE]")) return;
  box.closest("[data-line]").hidden = box.checked;
  box.closest("[data-lines]").querySelector("[data-add-line]")?.focus();
});
