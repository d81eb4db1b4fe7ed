// Native dialogs and drop-downs. Links with data-dialog open, data-close closes; without this module the server does it.
const opener = new WeakMap();

function open(dialog, from) {
  if (!dialog || (dialog.open && dialog.matches(":modal"))) return;
  if (dialog.open) dialog.close();
  if (from) opener.set(dialog, from);
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], [aria-invalid='true'], input:not([type=hidden]), select, textarea");
  first?.focus();
}

function forget(dialog) {
  const address = new URL(location.href);
  if (address.searchParams.get("dialog") !== dialog.id) return;
  address.searchParams.delete("dialog");
  history.replaceState(history.state, "", address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog], button[commandfor][command='show-modal']");
  if (link) {
    const dialog = document.getElementById(link.dataset.dialog ?? link.getAttribute("commandfor"));
    if (!dialog) return;
    event.preventDefault();
    link.closest("details.k-drop")?.removeAttribute("open");
    open(dialog, link);
    return;
  }
  const close = event.target.closest("[data-close]");
  if (close?.closest("dialog")) {
    event.preventDefault();
    close.closest("dialog").close();
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.open && !inside(event.target, event)) event.target.close();
});

function inside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}

document.addEventListener("close", (event) => {
  if (!(event.target instanceof HTMLDialogElement)) return;
  forget(event.target);
  opener.get(event.target)?.focus();
}, true);

// A link that acts as a button answers to Space too.
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});

// Drop-downs: one open at a time, closed by Escape and by a click beside them.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.k-drop[open]")) return;
  for (const other of document.querySelectorAll("details.k-drop[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("click", (event) => {
  for (const drop of document.querySelectorAll("details.k-drop[open]")) if (!drop.contains(event.target)) drop.open = false;
});
document.addEventListener("keydown", (event) => {
  const drop = event.key === "Escape" && event.target.closest?.("details.k-drop[open]");
  if (!drop) return;
  drop.open = false;
  drop.querySelector("summary").focus();
});

// What the server opened becomes modal, here and in parts that htmx swaps in.
const upgrade = (part) => part.querySelectorAll("dialog.k-dialog[open]:not(:modal)").forEach((dialog) => open(dialog));
upgrade(document);
document.addEventListener("htmx:load", (event) => upgrade(event.detail.elt));
