// A policy's form: the bar of points follows what is typed.
const points = document.querySelector("[data-points]");

const read = (input) => Math.max(0, Math.min(1000, Number.parseInt(input.value, 10) || 0));

function draw() {
  const inputs = [...points.querySelectorAll("input[data-weight]")];
  const sum = inputs.reduce((all, input) => all + read(input), 0);
  const scale = 100 / Math.max(100, sum);
  let x = 0;
  for (const input of inputs) {
    const part = points.querySelector(`[data-part="${input.dataset.weight}"]`);
    part.setAttribute("x", x.toFixed(2));
    part.setAttribute("width", (read(input) * scale).toFixed(2));
    x += read(input) * scale;
  }
  for (const group of points.querySelectorAll("[data-group]")) {
    const own = [...group.querySelectorAll("input[data-weight]")].reduce((all, input) => all + read(input), 0);
    group.querySelector("[data-group-sum]").textContent = own;
  }
  say(sum);
}

function say(sum) {
  const place = points.querySelector("[data-sum]");
  const { exact, more, less } = points.dataset;
  const words = sum === 100 ? exact : sum < 100 ? more : less;
  place.textContent = words.replace("{sum}", sum).replace("{by}", Math.abs(sum - 100));
  place.classList.toggle("k-late", sum !== 100);
}

if (points) {
  points.addEventListener("input", draw);
  draw();
}
