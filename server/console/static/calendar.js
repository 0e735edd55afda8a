// Moving a broadcast: dragged to another day it keeps its time; by arrow keys it changes day and time. Its own form does the deed.
// The week refreshes itself, so everything is listened to from outside of it.
const told = document.getElementById("se-doi");
const days = () => [...document.querySelectorAll("[data-day]")];
const moved = new WeakMap(); // slot → how many days and minutes the keys have moved it
let dragged = null;

function send(slot, day, hour) {
  const form = slot.querySelector("form");
  form.elements.namedItem("day").value = day;
  form.elements.namedItem("hour").value = hour;
  form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const slot = event.target.matches?.(".slot[data-at]") && event.target;
  if (!slot) return;
  const all = days(), home = all.indexOf(slot.closest("[data-day]"));
  const [h, m] = slot.dataset.at.split(":").map(Number);
  let { day, shift } = moved.get(slot) ?? { day: home, shift: 0 };
  const at = () => h * 60 + m + shift;
  const hour = () => `${String(Math.floor(at() / 60)).padStart(2, "0")}:${String(at() % 60).padStart(2, "0")}`;
  if (event.key === "ArrowRight") day = Math.min(day + 1, all.length - 1);
  else if (event.key === "ArrowLeft") day = Math.max(day - 1, 0);
  else if (event.key === "ArrowDown") shift = Math.min(shift + 5, 1435 - h * 60 - m);
  else if (event.key === "ArrowUp") shift = Math.max(shift - 5, -h * 60 - m);
  else if (event.key === "Escape") [day, shift] = [home, 0];
  else if (event.key === "Enter" && !told.hidden) send(slot, all[day].dataset.day, hour());
  else return;
  event.preventDefault();
  moved.set(slot, { day, shift });
  const away = shift !== 0 || day !== home;
  told.hidden = !away;
  slot.classList.toggle("moving", away);
  if (away) told.textContent = `${told.dataset.text} ${hour()} ${all[day].querySelector("h2").textContent}`;
});

// A week that came anew knows nothing of what the keys had moved.
document.body.addEventListener("htmx:afterSettle", () => { if (!document.querySelector(".slot.moving")) told.hidden = true; });

const over = (event) => dragged && event.target.closest?.("[data-day]");
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".slot[data-at]");
  if (dragged) event.dataTransfer.setData("text/plain", dragged.id);
});
document.addEventListener("dragend", () => { dragged = null; });
document.addEventListener("dragover", (event) => {
  const day = over(event);
  if (!day || day.contains(dragged)) return;
  event.preventDefault();
  day.classList.add("over");
});
document.addEventListener("dragleave", (event) => over(event)?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const day = over(event);
  if (!day) return;
  event.preventDefault();
  day.classList.remove("over");
  if (!day.contains(dragged)) send(dragged, day.dataset.day, dragged.dataset.at);
});
