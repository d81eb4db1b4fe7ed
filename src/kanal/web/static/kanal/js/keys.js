// Keys: / to search, ? for the list, letters of links with data-key. Never while something is typed; off by data-keys="off".
function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || event.target.closest?.("input, select, textarea, [contenteditable], dialog, [role=combobox]");
}

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys !== "off" && !typing(event)) act(event);
});

function act(event) {
  if (event.key === "/") {
    const field = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select?.();
  } else if (event.key === "?") {
    const list = document.getElementById("shortcuts");
    if (list && !list.open) list.showModal();
  } else if (/^[a-z]$/.test(event.key)) {
    const link = document.querySelector(`[data-key="${event.key}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
}
