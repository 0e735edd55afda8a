// While the audio is made: progress without reloading. While it plays: the sentence that sounds is lit; a click on one plays it.
const section = document.querySelector("[data-progress]");
if (section) {
  const bar = section.querySelector("progress"), words = section.querySelector("output");
  const timer = setInterval(async () => {
    try {
      const state = await (await fetch(section.dataset.progress)).json();
      bar.max = state.total || 1;
      bar.value = state.done;
      words.textContent = `${state.done}/${state.total} câu`;
      if (state.status !== "queued" && state.status !== "rendering") {
        clearInterval(timer);
        if (!document.querySelector("details[open]")) location.reload();
      }
    } catch { /* the next look may succeed */ }
  }, 1000);
}
const audio = document.getElementById("audio");
if (audio) {
  const lines = [...document.querySelectorAll("[data-start]")].sort((a, b) => a.dataset.start - b.dataset.start);
  for (const line of lines) {
    const play = document.createElement("button");
    play.type = "button";
    play.className = "play";
    play.textContent = "Nghe câu này";
    play.addEventListener("click", () => { audio.currentTime = line.dataset.start / 1000; audio.play(); });
    line.querySelector(".spoken").append(play);
  }
  audio.addEventListener("timeupdate", () => {
    const at = audio.currentTime * 1000;
    let sounding = null;
    for (const line of lines) if (line.dataset.start <= at) sounding = line;
    for (const line of lines) line.classList.toggle("sounding", line === sounding && !audio.paused);
  });
}
