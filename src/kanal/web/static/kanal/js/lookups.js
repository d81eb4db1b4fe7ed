// Look-ups: a select that searches on the server (Tom Select). Without this module a text field takes its place.
const words = document.getElementById("k-words")?.dataset ?? {};

function csrf() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? document.body.dataset.csrf ?? "";
}

function line(item, escape) {
  const hint = item.hint ? `<span class="k-sub">${escape(item.hint)}</span>` : "";
  return `<div>${escape(item.text)}${hint}</div>`;
}

async function search(select, text, done) {
  const address = new URL(select.dataset.url, location.href);
  address.searchParams.set("q", text);
  for (const name of (select.dataset.with ?? "").split(" ").filter(Boolean)) {
    address.searchParams.set(name, select.form?.elements[name]?.value ?? "");
  }
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    done(answer.ok ? await answer.json() : []);
  } catch {
    done([]);
  }
}

async function create(select, text, done) {
  const body = new URLSearchParams({ text, csrfmiddlewaretoken: csrf() });
  for (const name of (select.dataset.with ?? "").split(" ").filter(Boolean)) {
    body.set(name, select.form?.elements[name]?.value ?? "");
  }
  try {
    const answer = await fetch(select.dataset.createUrl, { method: "POST", body, headers: { Accept: "application/json" } });
    const made = await answer.json();
    if (!answer.ok) throw new Error(made.error ?? "");
    done(made);
  } catch (problem) {
    done();
    document.dispatchEvent(new CustomEvent("kanal:toast", { detail: problem.message || words.failed }));
  }
}

function forget(box) {
  box.clearOptions((option) => box.items.includes(option.id));
}

function start(select) {
  if (select.tomselect) return;
  const label = select.getAttribute("aria-label");
  const box = new window.TomSelect(select, {
    valueField: "id", labelField: "text", searchField: [], maxOptions: 50, loadThrottle: 200, preload: "focus",
    plugins: select.required ? [] : { clear_button: { title: words.clear ?? "Clear" } },
    create: select.dataset.createUrl ? (text, done) => { create(select, text, done); } : false,
    createFilter: (text) => text.trim().length > 1,
    placeholder: select.dataset.placeholder ?? words.search ?? "",
    // The server has searched; only the chosen one, which stays known, may fall out of what is shown.
    score: (text) => (item) => (box.items.includes(item.id) && !item.text.toLowerCase().includes(text.toLowerCase()) ? 0 : 1),
    load: (text, done) => {
      forget(box);
      // An answer to words that stand there no longer is dropped.
      search(select, text, (found) => done(text.trim() === box.inputValue().trim() ? found : []));
    },
    // What was found for other words must not be chosen by a quick Enter.
    onType: () => { forget(box); box.refreshOptions(false); },
    shouldLoad: () => true,
    render: {
      option: line,
      option_create: (data, escape) => `<div class="create">${escape(words.create ?? "Create")} <strong>${escape(data.input)}</strong></div>`,
      no_results: () => `<div class="no-results">${words.none ?? ""}</div>`,
    },
  });
  box.wrapper.classList.remove("form-select", "form-control"); // the kit draws those without a box
  if (label) box.control_input.setAttribute("aria-label", label);
  select.setAttribute("aria-hidden", "true");  // its place is taken by the search field, which carries the label
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) box.control_input.setAttribute(name, select.getAttribute(name));
  }
  if (select.getAttribute("aria-invalid") === "true") box.wrapper.classList.add("is-invalid");
  const open = select.dataset.openUrl && select.closest(".k-look");
  if (open) addOpen(select, box, open);
}

// A link beside the field that opens the chosen record; data-open-url holds the key 0 in its place.
function addOpen(select, box, place) {
  const link = document.createElement("a");
  link.className = "btn btn-plain btn-icon btn-small k-look-open";
  link.innerHTML = words.openIcon ? `<svg class="k-i" aria-hidden="true"><use href="${words.openIcon}"/></svg>` : "›";
  const show = () => {
    link.hidden = !select.value;
    link.href = select.dataset.openUrl.replace("00000000-0000-0000-0000-000000000000", select.value);
    link.setAttribute("aria-label", `${words.open ?? "Open"} ${box.getItem(select.value)?.textContent ?? ""}`);
  };
  box.on("change", show);
  show();
  place.append(link);
}

function begin(part) {
  if (!window.TomSelect) return;
  if (part.matches?.("select[data-lookup]")) start(part);
  part.querySelectorAll("select[data-lookup]").forEach(start);
}
begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
