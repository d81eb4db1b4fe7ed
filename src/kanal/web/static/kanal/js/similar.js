// "Use this one": a customer that is there already is chosen in place of the one that is being typed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-use]");
  const box = button && document.getElementById(button.dataset.use)?.tomselect;
  if (!box) return;
  event.preventDefault();
  box.addOption({ id: button.value, text: button.dataset.text });
  box.setValue(button.value);
  const fresh = button.closest("[data-new]");
  for (const field of fresh?.querySelectorAll("input:not([type=hidden]), select") ?? []) field.value = "";
  button.closest("[role=status]").replaceChildren();
  if (fresh) fresh.open = false;
  box.focus();
});
