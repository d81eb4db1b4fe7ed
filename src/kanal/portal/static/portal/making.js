// The form of an opportunity: rows of products, and a contact that belongs to one customer.
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

for (const lines of document.querySelectorAll("[data-lines]")) {
  const add = lines.querySelector("[data-add-line]");
  add.hidden = false;
  add.addEventListener("click", () => addLine(lines));
}
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches?.("[data-line] input[name$=DELETE]")) box.closest("[data-line]").hidden = box.checked;
});
document.getElementById("id_account")?.addEventListener("change", () => {
  document.getElementById("id_contact")?.tomselect?.clear();
});
