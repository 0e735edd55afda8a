// Forms that survive a lost connection: what is typed stays in this browser until the station has taken it.
// And buttons that must be held: [data-hold] does its deed only after being pressed that long, by finger, mouse, Enter or space.
const KEPT = "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=submit], [data-fleeting])";
const key = (form) => `loa:${location.pathname}:${new URL(form.action).pathname}`;
const fields = (form) => [...form.querySelectorAll(KEPT)].filter((field) => field.name);

function values(form) {
  return fields(form).map((field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value));
}

function restore(form) {
  const kept = localStorage.getItem(key(form));
  if (!kept || document.body.hasAttribute("data-refused")) return;
  const was = JSON.parse(kept), all = fields(form);
  if (was.length !== all.length) { localStorage.removeItem(key(form)); return; }
  all.forEach((field, index) => {
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = was[index];
    else if (field.type !== "date" && field.type !== "time") field.value = was[index];
  });
}

// The station answered a form that was sent from here: it has what it needs, also when it refused (then the page shows it again).
// No answer: the page that says there is no connection, the form looked at once more, and whatever the form did not lead to.
const sent = JSON.parse(sessionStorage.getItem("loa:sending") ?? "null");
const led = document.referrer && new URL(document.referrer).pathname;
const told = document.body.hasAttribute("data-answer") || document.querySelector("main > .notice[role=status]");
if (sent && led === sent.from && (told || location.pathname !== sent.from) && !document.querySelector("[data-unanswered]")) {
  sessionStorage.removeItem("loa:sending");
  localStorage.removeItem(sent.key);
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form);
  form.addEventListener("input", () => localStorage.setItem(key(form), JSON.stringify(values(form))));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-keep")) return;
  if (navigator.onLine) { sessionStorage.setItem("loa:sending", JSON.stringify({ key: key(form), from: location.pathname })); return; }
  event.preventDefault();
  const line = document.getElementById("mat-mang");
  line.hidden = false;
  line.scrollIntoView({ block: "center" });
});

// A field for a file says which one was chosen.
document.addEventListener("change", (event) => {
  const label = event.target.matches("[type=file]") && event.target.closest("label.file");
  if (label) label.querySelector(".chosen").textContent = [...event.target.files].map((file) => file.name).join(", ");
});

// Twice pressed is sent once.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.hasAttribute("hx-post")) return;
  const button = event.submitter;
  if (button) setTimeout(() => { button.disabled = true; setTimeout(() => { button.disabled = false; }, 4000); });
});

for (const button of document.querySelectorAll("[data-hold]")) {
  const long = Number(button.dataset.hold);
  let timer = 0;
  const begin = (event) => {
    if (timer || event.repeat || (event.key && event.key !== "Enter" && event.key !== " ")) return;
    if (event.key) event.preventDefault();
    if (!button.form.reportValidity()) return;
    button.classList.add("held");
    timer = setTimeout(() => {
      button.classList.remove("held");
      button.classList.add("done");
      button.form.elements.namedItem("confirm").value = button.dataset.word;
      button.form.submit();
    }, long);
  };
  const end = () => { clearTimeout(timer); timer = 0; button.classList.remove("held"); };
  button.hidden = false;
  for (const typed of button.form.querySelectorAll("[data-typed]")) { typed.hidden = true; typed.querySelectorAll("input").forEach((i) => { i.required = false; }); }
  button.addEventListener("pointerdown", begin);
  for (const name of ["pointerup", "pointerleave", "pointercancel", "blur", "keyup"]) button.addEventListener(name, end);
  button.addEventListener("keydown", begin);
  button.addEventListener("click", (event) => event.preventDefault());
  button.addEventListener("contextmenu", (event) => event.preventDefault());
}
