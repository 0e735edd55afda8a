// Speaking from a phone: the microphone where the browser allows it, else a file and the reason why.
const box = document.querySelector("[data-recorder]");
const LONGEST_MS = 10 * 60 * 1000;
if (box) {
  const button = box.querySelector("[data-record]"), label = button.querySelector("span"), clock = box.querySelector(".clock");
  const audio = box.querySelector("audio"), file = box.querySelector("input[type=file]"), why = box.querySelector("[data-why]");
  let recorder = null, ticking = 0;
  const explain = (text) => { why.textContent = text; why.hidden = false; };
  const stop = () => { if (recorder?.state === "recording") recorder.stop(); };
  async function start() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      explain(box.dataset.refused);
      return;
    }
    const kind = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((k) => MediaRecorder.isTypeSupported(k));
    recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
    const parts = [], began = Date.now();
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      for (const track of stream.getTracks()) track.stop();
      const sound = new Blob(parts, { type: recorder.mimeType });
      const end = recorder.mimeType.includes("mp4") ? "m4a" : recorder.mimeType.includes("ogg") ? "ogg" : "webm";
      const carrier = new DataTransfer();
      carrier.items.add(new File([sound], `ghi-am.${end}`, { type: recorder.mimeType }));
      file.files = carrier.files;
      file.dispatchEvent(new Event("change", { bubbles: true }));
      audio.src = URL.createObjectURL(sound);
      audio.hidden = false;
      label.textContent = box.dataset.again;
      button.classList.remove("recording");
    });
    recorder.start(1000);
    button.classList.add("recording");
    label.textContent = box.dataset.stop;
    clock.hidden = false;
    why.hidden = true;
    ticking = setInterval(() => {
      const gone = Date.now() - began;
      clock.textContent = `${Math.floor(gone / 60000)}:${String(Math.floor(gone / 1000) % 60).padStart(2, "0")}`;
      if (gone > LONGEST_MS) stop();
    }, 250);
  }
  if (window.isSecureContext && navigator.mediaDevices && window.MediaRecorder) {
    button.hidden = false;
    button.addEventListener("click", () => (recorder?.state === "recording" ? stop() : start()));
  } else {
    explain(box.dataset.unsafe);
  }
}
const making = document.querySelector("[data-making]");
if (making) {
  const bar = making.querySelector("progress");
  setInterval(async () => {
    try {
      const state = await (await fetch(making.dataset.making)).json();
      bar.max = state.total || 1;
      bar.value = state.done;
      if (state.status !== "queued" && state.status !== "rendering") location.reload();
    } catch { /* the next look may succeed */ }
  }, 1000);
}
