// Moving a broadcast: dragged to another day it keeps its time; by arrow keys it changes day and time. Its own form does the deed.
const told = document.getElementById("se-doi");
const days = [...document.querySelectorAll("[data-day]")];
let dragged = null;

function send(slot, day, hour) {
  const form = slot.querySelector("form");
  form.elements.namedItem("day").value = day;
  form.elements.namedItem("hour").value = hour;
  form.requestSubmit();
}

for (const slot of document.querySelectorAll(".slot[data-at]")) {
  const home = slot.closest("[data-day]");
  let day = days.indexOf(home), shift = 0;
  const hour = () => {
    const [h, m] = slot.dataset.at.split(":").map(Number), at = h * 60 + m + shift;
    return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  };
  const show = () => {
    const moved = shift !== 0 || days[day] !== home;
    told.hidden = !moved;
    slot.classList.toggle("moving", moved);
    if (moved) told.textContent = `${told.dataset.text} ${hour()} ${days[day].querySelector("h2").textContent}`;
  };
  slot.addEventListener("dragstart", (event) => { dragged = slot; event.dataTransfer.setData("text/plain", slot.id); });
  slot.addEventListener("dragend", () => { dragged = null; });
  slot.addEventListener("keydown", (event) => {
    if (event.target !== slot) return;
    const [h, m] = slot.dataset.at.split(":").map(Number);
    if (event.key === "ArrowRight") day = Math.min(day + 1, days.length - 1);
    else if (event.key === "ArrowLeft") day = Math.max(day - 1, 0);
    else if (event.key === "ArrowDown") shift = Math.min(shift + 5, 1435 - h * 60 - m);
    else if (event.key === "ArrowUp") shift = Math.max(shift - 5, -h * 60 - m);
    else if (event.key === "Escape") { day = days.indexOf(home); shift = 0; }
    else if (event.key === "Enter" && !told.hidden) send(slot, days[day].dataset.day, hour());
    else return;
    event.preventDefault();
    show();
  });
}

for (const day of days) {
  day.addEventListener("dragover", (event) => {
    if (!dragged || day.contains(dragged)) return;
    event.preventDefault();
    day.classList.add("over");
  });
  day.addEventListener("dragleave", () => day.classList.remove("over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    day.classList.remove("over");
    if (dragged) send(dragged, day.dataset.day, dragged.dataset.at);
  });
}
