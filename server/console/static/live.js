// Keeps the part of today that changes fresh: at once when the station says that something moved, else every few seconds.
const part = document.getElementById("live");
let pending = false;
async function refresh() {
  if (pending || document.hidden || part.querySelector("details[open]")) return;
  pending = true;
  try {
    const answer = await fetch(part.dataset.src, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) part.innerHTML = await answer.text();
  } catch { /* the connection is lost: what is shown stays, with its time */ }
  pending = false;
}
let timer = setInterval(refresh, 3000);
const events = new EventSource("/api/v1/live");
for (const name of ["delivery", "speaker", "production"]) events.addEventListener(name, refresh);
events.addEventListener("open", () => { clearInterval(timer); timer = setInterval(refresh, 30000); });
events.addEventListener("error", () => { clearInterval(timer); timer = setInterval(refresh, 3000); });
document.addEventListener("visibilitychange", refresh);
