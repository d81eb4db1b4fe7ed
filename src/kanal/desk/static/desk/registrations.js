// Another end of the protection: the picture and the words of the dialog follow it.
const place = document.querySelector("[data-ends]");
const field = place?.querySelector("input");

async function follow() {
  if (!field.value || !field.checkValidity()) return;
  const address = `${place.dataset.address}?${new URLSearchParams({ [field.name]: field.value })}`;
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["period-picture", "approve-until"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(fresh);
  }
}

field?.addEventListener("change", follow);
