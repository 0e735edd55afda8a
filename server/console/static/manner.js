// The samples of the voices follow the speed and pitch that are chosen, before anything is saved.
const form = document.querySelector("form.manner");
const { speed, pitch_st: pitch } = form.elements;
function follow() {
  for (const audio of form.querySelectorAll("[data-sample]")) audio.src = `${audio.dataset.sample}&toc_do=${speed.value}&do_cao=${pitch.value}`;
}
speed.addEventListener("change", follow);
pitch.addEventListener("change", follow);
// One voice at a time; to mark a sentence means to choose by hand.
form.addEventListener("play", (event) => { for (const audio of form.querySelectorAll("audio")) if (audio !== event.target) audio.pause(); }, true);
for (const fact of form.querySelectorAll("[name=fact]")) fact.addEventListener("change", () => { form.elements.facts_by.value = "officer"; });
