// The list: the export follows what is shown, and a filter's dialog closes when its list arrives.
function follow() {
  for (const link of document.querySelectorAll("[data-export]")) {
    const address = new URL(link.href, location.href);
    address.search = location.search;
    link.href = address;
  }
  const query = new URLSearchParams(location.search);
  const form = document.getElementById("filter-form");
  for (const name of ["view", "q", "sort", "size"]) {
    form?.querySelector(`input[type=hidden][name=${name}]`)?.remove();
    if (form && query.get(name)) {
      form.prepend(Object.assign(document.createElement("input"), { type: "hidden", name, value: query.get(name) }));
    }
  }
}
document.addEventListener("htmx:pushedIntoHistory", follow);
document.addEventListener("htmx:afterSettle", follow);
