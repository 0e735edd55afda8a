// Forms that survive a lost connection: what is typed stays in this browser until the station has taken it.
// And buttons that must be held: [data-hold] does its deed only after being pressed that long, by finger, mouse, Enter or space.
const KEPT = "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=submit], [data-fleeting])";
const target = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname; // form.action may be a field
const key = (form) => `loa:${location.pathname}:${target(form)}`;
const fields = (form) => [...form.querySelectorAll(KEPT)].filter((field) => field.name);
const ticked = (field) => field.matches("[type=checkbox], [type=radio]");
const values = (form) => fields(form).map((field) => (ticked(field) ? field.checked : field.value));
const posts = (form) => form.getAttribute("method") === "post" && fields(form).length > 0 && !form.querySelector("[type=password]");
/** Which form of a page it is: several may lead to the same place. */
const sign = (form) => [...form.elements].filter((field) => field.name && field.name !== "seen")
  .map((field) => (field.type === "hidden" ? `${field.name}=${field.value}` : field.name)).join(" ");

/** Writes into the form what was typed in it once; without `days` a date or an hour stays as the station says. */
function put(form, was, days) {
  const all = fields(form);
  if (was.length !== all.length) return false;
  all.forEach((field, index) => {
    if (ticked(field)) field.checked = was[index];
    else if (days || (field.type !== "date" && field.type !== "time")) field.value = was[index];
  });
  return true;
}

// The station answered a form that was sent from here: it has what it needs, also when it refused (then the page shows it again).
// No answer: a page that says so, and whatever the form did not lead to. Then the form has what was typed when it is looked at again.
const refused = document.body.hasAttribute("data-refused");
const sent = JSON.parse(sessionStorage.getItem("loa:sending") ?? "null");
const led = document.referrer && new URL(document.referrer).pathname;
const went = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
const told = went || document.body.hasAttribute("data-answer") || document.querySelector("main > .notice[role=status]");
const unanswered = document.querySelector("[data-unanswered]");
const answered = sent && !sent.lost && led === sent.from && (told || location.pathname !== sent.from) && !unanswered;
if (answered) {
  sessionStorage.removeItem("loa:sending");
  localStorage.removeItem(sent.key);
}

// A page that is no answer often has the form's own address: what is looked at after it is none either. The way back is to the form.
const justLost = unanswered && sent && !sent.lost && led === sent.from;
if (justLost) {
  sessionStorage.setItem("loa:sending", JSON.stringify({ ...sent, lost: true }));
  for (const link of unanswered.querySelectorAll("[data-back]")) link.href = sent.page;
}
if (unanswered && "waits" in unanswered.dataset) {
  setInterval(async () => {
    try {
      await fetch("/manifest.webmanifest", { cache: "no-store" });
      if (justLost) location.replace(sent.page); // not loaded again: that would send it
      else location.reload();
    } catch { /* still away */ }
  }, 4000);
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const kept = localStorage.getItem(key(form));
  if (kept && !refused && !put(form, JSON.parse(kept), false)) localStorage.removeItem(key(form));
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) localStorage.setItem(key(form), JSON.stringify(values(form)));
});

if (sent && !answered && !refused && location.pathname === sent.from) {
  const form = [...document.forms].find((one) => key(one) === sent.key && sign(one) === sent.sign);
  if (form && put(form, sent.values, true)) {
    const line = document.createElement("p");
    line.className = "warning";
    line.setAttribute("role", "status");
    line.textContent = document.body.dataset.unsent;
    form.prepend(line);
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    line.scrollIntoView({ block: "center" });
  }
}

const remember = (form) => sessionStorage.setItem(
  "loa:sending", JSON.stringify({ key: key(form), sign: sign(form), from: location.pathname, page: location.pathname + location.search, values: values(form) }));

function lost() {
  const line = document.getElementById("mat-mang");
  line.hidden = false;
  line.scrollIntoView({ block: "center" });
}

// A recording or a photo cannot be kept: before it is sent the station is asked whether it is there.
const asking = new WeakSet(), there = new WeakSet();
async function ask(form, button) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 8000);
  asking.add(form);
  try {
    await fetch("/manifest.webmanifest", { cache: "no-store", signal: patience.signal });
    there.add(form);
    form.requestSubmit(button);
  } catch {
    lost();
  } finally {
    clearTimeout(timer);
    asking.delete(form);
    there.delete(form);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !posts(form)) return;
  if (!navigator.onLine) {
    event.preventDefault();
    lost();
  } else if ([...form.querySelectorAll("[type=file]")].some((field) => field.files.length) && !there.has(form)) {
    event.preventDefault();
    if (!asking.has(form)) ask(form, event.submitter);
  } else remember(form);
});

// A field for a file says which one was chosen.
document.addEventListener("change", (event) => {
  const label = event.target.matches("[type=file]") && event.target.closest("label.file");
  if (label) label.querySelector(".chosen").textContent = [...event.target.files].map((file) => file.name).join(", ");
});

// A browser shows dates as its own language does, often 11/12 for the twelfth of November: beside its name stands which day and hour that is.
const own = document.documentElement.lang;
const spoken = {
  date: (at) => new Intl.DateTimeFormat(own, { weekday: "long", day: "numeric", month: "numeric", year: "numeric", timeZone: "UTC" }).format(at),
  time: (at) => new Intl.DateTimeFormat(own, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" }).format(at),
};
function read(field) {
  const label = field.type in spoken && field.closest("label");
  if (!label) return;
  if (Number.isNaN(field.valueAsNumber)) delete label.dataset.reads;
  else label.dataset.reads = spoken[field.type](field.valueAsNumber);
}
const readAll = () => document.querySelectorAll("input[type=date], input[type=time]").forEach(read);
for (const name of ["input", "change"]) document.addEventListener(name, (event) => read(event.target));
document.body.addEventListener("htmx:afterSettle", readAll);
readAll();

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
      if (posts(button.form)) remember(button.form);
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
