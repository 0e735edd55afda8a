// Words beside their sound: the sentence that sounds is lit; a touch on a sentence plays from there. One sound at a time.
function follow(box) {
  const audio = (box.closest(".decision") ?? document).querySelector("audio");
  if (!audio || "followed" in box.dataset) return;
  box.dataset.followed = "";
  const lines = [...box.querySelectorAll("[data-start]")].sort((a, b) => a.dataset.start - b.dataset.start);
  for (const line of lines) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = box.dataset.hear;
    button.append(...line.childNodes);
    button.addEventListener("click", () => { audio.currentTime = line.dataset.start / 1000; audio.play(); });
    line.append(button);
  }
  audio.addEventListener("timeupdate", () => {
    const at = audio.currentTime * 1000;
    const sounding = audio.paused ? null : lines.filter((line) => Number(line.dataset.start) <= at).pop();
    for (const line of lines) line.classList.toggle("sounding", line === sounding);
  });
}
function all() { document.querySelectorAll(".transcript").forEach(follow); }
document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
}, true);
for (const name of ["htmx:afterSwap", "loa:rows"]) document.body.addEventListener(name, all);
all();
