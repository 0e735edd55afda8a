// While the audio is made: progress without reloading. While it plays: the sentence that sounds is lit; a click on one plays it.
const section = document.querySelector("[data-progress]");
if (section) {
  const bar = section.querySelector("progress"), words = section.querySelector("output");
  const timer = setInterval(async () => {
    try {
      const state = await (await fetch(section.dataset.progress)).json();
      bar.max = state.total || 1;
      bar.value = state.done;
      words.textContent = `${state.done}/${state.total} ${words.dataset.unit}`;
      if (state.status !== "queued" && state.status !== "rendering") {
        clearInterval(timer);
        if (!document.querySelector("details[open]")) location.reload();
      }
    } catch { /* the next look may succeed */ }
  }, 1000);
}
const audio = document.getElementById("audio");
if (audio) {
  const lines = [...document.querySelectorAll("[data-start]")].sort((a, b) => a.dataset.start - b.dataset.start).map((element) => {
    const said = element.querySelector(".said-words");
    const words = said ? said.textContent.trim().split(/\s+/).map((text) => {
      const word = document.createElement("span");
      word.textContent = text;
      return word;
    }) : [];
    if (said) said.replaceChildren(...words.flatMap((word) => [word, " "]));
    return { element, words, start: Number(element.dataset.start), end: Number(element.dataset.end) };
  });
  for (const line of lines) {
    const play = document.createElement("button");
    play.type = "button";
    play.className = "play";
    play.textContent = audio.dataset.play;
    play.addEventListener("click", () => { audio.currentTime = line.start / 1000; audio.play(); });
    line.element.querySelector(".spoken").append(play);
  }
  let lit = null;
  // In Vietnamese a written word is a syllable, and syllables are about as long as each other: their share of the sentence tells where we are.
  function light() {
    const at = audio.currentTime * 1000;
    const line = audio.paused ? undefined : lines.filter((one) => one.start <= at).pop();
    for (const one of lines) one.element.classList.toggle("sounding", one === line);
    const share = line && at < line.end ? (at - line.start) / (line.end - line.start) : -1;
    const word = share < 0 ? null : line.words[Math.min(line.words.length - 1, Math.floor(share * line.words.length))];
    if (word !== lit) {
      if (lit) lit.className = "";
      if (word) word.className = "lit";
      lit = word;
    }
    if (!audio.paused) requestAnimationFrame(light);
  }
  for (const name of ["play", "pause", "seeked", "ended"]) audio.addEventListener(name, light);
}
