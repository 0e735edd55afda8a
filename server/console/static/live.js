// One connection a page: what the station says moved becomes an event on the body ("loa:delivery", "loa:speaker", "loa:production", …),
// which parts of pages name in hx-trigger. "loa:again" comes when the connection is back or the page is looked at again: ask for everything.
const body = document.body;
const KINDS = ["delivery", "speaker", "production", "fault", "notice"];
let events = null;

function tell(name, detail) {
  body.dispatchEvent(new CustomEvent(name, { detail }));
}

// "throttle" in hx-trigger lets go what comes too soon after another, so a burst is told again when it is over: after the shorter
// throttles and after the longest. Otherwise a page would go on showing what was true a moment before the last change.
const AFTER_MS = [1200, 5200];
const later = {};
function moved(kind, detail) {
  tell(`loa:${kind}`, detail);
  for (const timer of later[kind] ?? []) clearTimeout(timer);
  later[kind] = AFTER_MS.map((ms) => setTimeout(tell, ms, `loa:${kind}`, detail));
}

function connect() {
  if (events || document.hidden || !body.dataset.live) return;
  let lost = false;
  events = new EventSource(body.dataset.live);
  for (const kind of KINDS) events.addEventListener(kind, (event) => moved(kind, JSON.parse(event.data)));
  events.addEventListener("open", () => { if (lost) tell("loa:again"); lost = false; show(true); });
  events.addEventListener("error", () => { lost = true; show(navigator.onLine); });
}

function part() {
  if (events) events.close();
  events = null;
}

function show(online) {
  const line = document.getElementById("mat-mang");
  if (line) line.hidden = online;
}

addEventListener("online", () => { show(true); tell("loa:again"); });
addEventListener("offline", () => show(false));
addEventListener("pagehide", part);
addEventListener("pageshow", connect);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) part();
  else { connect(); tell("loa:again"); }
});
// What somebody has opened, holds the focus in or is just pressing is not taken away under the hand; a page that nobody sees asks for nothing.
let pressed = null;
addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(() => { pressed = null; }), true);
const inHand = (part) => part.contains(pressed) || part.querySelector("details[open], :focus");
const byItself = (event) => /^(loa:.*)?$/.test(event.detail.requestConfig?.triggeringEvent?.type ?? "");
body.addEventListener("htmx:beforeRequest", (event) => {
  if (byItself(event) && (document.hidden || inHand(event.detail.target))) event.preventDefault();
});
body.addEventListener("htmx:beforeSwap", (event) => {
  if (byItself(event) && inHand(event.detail.target)) event.detail.shouldSwap = false;
});
connect();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
