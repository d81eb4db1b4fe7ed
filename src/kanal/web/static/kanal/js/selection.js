// Rows of a table that are selected, and the bar that says what can be done with them.
function rows(table) { return [...table.querySelectorAll("tbody input[type=checkbox][name=id]")]; }

function bar(table) { return document.getElementById(table.dataset.select) ?? document.querySelector("[data-bulk]"); }

function show(table) {
  const boxes = rows(table);
  const chosen = boxes.filter((box) => box.checked);
  const head = table.querySelector("[data-select-all]");
  const bulk = bar(table);
  for (const box of boxes) box.closest("tr").classList.toggle("k-on", box.checked);
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === boxes.length;
    head.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  if (!bulk) return;
  bulk.hidden = chosen.length === 0;
  for (const count of bulk.querySelectorAll("[data-count]")) {
    count.textContent = (chosen.length === 1 ? count.dataset.one : count.dataset.many)?.replace("%s", chosen.length) ?? chosen.length;
  }
  const everything = bulk.querySelector("input[name=all]");
  if (everything && chosen.length < boxes.length) everything.checked = false;
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("table[data-select] tbody input[name=id]")) return;
  const boxes = rows(box.closest("table"));
  if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
});

document.addEventListener("change", (event) => {
  const table = event.target.closest?.("table[data-select]");
  if (!table) return;
  if (event.target.matches("[data-select-all]")) for (const box of rows(table)) box.checked = event.target.checked;
  show(table);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear-selection]");
  if (!clear) return;
  for (const table of document.querySelectorAll("table[data-select]")) {
    for (const box of rows(table)) box.checked = false;
    show(table);
  }
});

const begin = (part) => part.querySelectorAll("table[data-select]").forEach(show);
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement ?? document));
addEventListener("pageshow", () => begin(document));
