// Listening again: the sentence that sounds is lit; a touch on a sentence plays from there.
const audio = document.getElementById("audio");
const box = document.querySelector(".transcript");
const lines = [...document.querySelectorAll(".transcript [data-start]")].sort((a, b) => a.dataset.start - b.dataset.start);
function from(line) { audio.currentTime = line.dataset.start / 1000; audio.play(); }
for (const line of lines) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = box.dataset.hear;
  button.append(...line.childNodes);
  button.addEventListener("click", () => from(line));
  line.append(button);
}
audio.addEventListener("timeupdate", () => {
  const at = audio.currentTime * 1000;
  const sounding = audio.paused ? null : lines.findLast((line) => Number(line.dataset.start) <= at);
  for (const line of lines) line.classList.toggle("sounding", line === sounding);
});
