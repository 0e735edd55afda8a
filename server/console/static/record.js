// A recorder beside a field for a file: what is recorded becomes the field's file, so that the form goes the same way as with a chosen one.
for (const box of document.querySelectorAll("[data-record]")) {
  const form = box.closest("form"), field = form.querySelector("input[type=file]");
  const button = box.querySelector("button"), time = box.querySelector("output"), heard = box.querySelector("audio");
  if (!window.isSecureContext || !navigator.mediaDevices || !window.MediaRecorder) {
    form.querySelector("[data-unsafe]").hidden = false;
    continue;
  }
  box.hidden = false;
  let recorder = null, timer = 0;

  function keep(parts, type) {
    const kept = new Blob(parts, { type }), end = type.includes("mp4") ? "m4a" : "webm", files = new DataTransfer();
    files.items.add(new File([kept], `${box.dataset.name}.${end}`, { type }));
    field.files = files.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    heard.src = URL.createObjectURL(kept);
    heard.hidden = false;
  }

  async function begin() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: true, echoCancellation: false } });
    } catch {
      time.textContent = box.dataset.refused;
      return;
    }
    const parts = [], began = Date.now();
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      clearInterval(timer);
      button.textContent = box.dataset.begin;
      keep(parts, recorder.mimeType.split(";")[0] || "audio/webm");
      recorder = null;
    });
    recorder.start();
    button.textContent = box.dataset.end;
    timer = setInterval(() => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }, 250);
  }
  button.addEventListener("click", () => (recorder ? recorder.stop() : begin()));
}
