// Doubtful places one by one from the keyboard: n and p go on and back, a digit picks a choice, Enter (on what is picked) saves.
const doubts = [...document.querySelectorAll(".doubt")];
const FIELDS = "input:not([type=hidden]), textarea, select";
const current = () => doubts.indexOf(document.activeElement.closest(".doubt"));
const choices = (doubt) => [...doubt.querySelectorAll(".choices form:not(.own) button")];

function go(number) {
  const doubt = doubts[(number + doubts.length) % doubts.length];
  (choices(doubt)[0] || doubt.querySelector(FIELDS)).focus({ preventScroll: true });
  doubt.closest(".line").scrollIntoView({ block: "center" });
}

function pick(number) {
  const doubt = doubts[Math.max(current(), 0)];
  const wanted = number ? choices(doubt)[number - 1] : doubt.querySelector(".own input:not([type=hidden])");
  if (wanted) wanted.focus();
}

function teach() {
  const details = doubts[Math.max(current(), 0)].querySelector(".teach");
  if (!details) return;
  details.open = true;
  details.querySelector(FIELDS).focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.matches(FIELDS)) {
    if (event.key === "Escape") go(Math.max(current(), 0));
    return;
  }
  if (event.key === "n") go(current() + 1);
  else if (event.key === "p") go(current() < 0 ? -1 : current() - 1);
  else if (event.key === "t") teach();
  else if (/^[0-9]$/.test(event.key)) pick(Number(event.key));
  else return;
  event.preventDefault();
});

for (const doubt of doubts) {
  choices(doubt).slice(0, 9).forEach((button, index) => {
    const key = document.createElement("kbd");
    key.textContent = index + 1;
    key.setAttribute("aria-hidden", "true");
    button.prepend(key, " ");
  });
}
document.querySelector(".keys").hidden = false;

// After a choice was saved the page comes back at its sentence: on to the next doubtful place, there or further down.
// Once loaded: before that the browser itself still goes to the sentence, and takes the focus along.
function goOn() {
  const place = location.hash.startsWith("#cau-") && document.getElementById(location.hash.slice(1));
  if (!place) return;
  const next = doubts.findIndex((doubt) => place.contains(doubt)
    || place.compareDocumentPosition(doubt) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (next >= 0) go(next);
}
const later = () => requestAnimationFrame(() => setTimeout(goOn));
if (document.readyState === "complete") later();
else addEventListener("load", later);
