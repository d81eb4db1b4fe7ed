// Runs before the page is drawn: a reader who wants the device's theme gets it without a flash.
(() => {
  const root = document.documentElement;
  if (root.dataset.mode !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  apply();
  dark.addEventListener("change", apply);
})();
