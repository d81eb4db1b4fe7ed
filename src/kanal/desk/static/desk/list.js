// The list: the export follows what is shown.
function follow() {
  const query = new URLSearchParams(location.search);
  query.delete("dialog");
  for (const link of document.querySelectorAll("[data-export]")) {
    const address = new URL(link.href, location.href);
    address.search = query;
    link.href = address;
  }
}
document.addEventListener("htmx:pushedIntoHistory", follow);
document.addEventListener("htmx:afterSettle", follow);
