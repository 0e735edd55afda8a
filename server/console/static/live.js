// One connection a page: what the station says moved becomes an event on the body ("loa:delivery", "loa:speaker", "loa:production", …),
// which parts of pages name in hx-trigger. What somebody did becomes the event of its noun ("loa:version", "loa:feedback", "loa:inbox", …).
// "loa:again" comes when the connection is back or the page is looked at again: ask for everything.
const body = document.body;
const KINDS = ["delivery", "speaker", "production"];
let events = null;
let address = body.dataset.live; // the first time: what has moved since the page was made

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
  events = new EventSource(address);
  address = address.split("?")[0];
  events.addEventListener("deed", (event) => {
    moved(JSON.parse(event.data).noun, {});
    moved("deed", {});
  });
  for (const kind of KINDS) events.addEventListener(kind, (event) => moved(kind, JSON.parse(event.data)));
  for (const kind of ["open", "quiet", "deed", ...KINDS]) events.addEventListener(kind, heard);
  let failing = false; // the browser tries again and again by itself
  events.addEventListener("error", () => {
    const over = events?.readyState === EventSource.CLOSED;
    if (over || !failing) doubt(over && lost ? REFUSED_MS : PATIENCE_MS);
    lost = failing = true;
  });
  events.addEventListener("open", () => { failing = false; });
  doubt(SILENCE_MS);
}

function part() {
  if (events) events.close();
  events = null;
  clearTimeout(doubting);
}

// A dead station must not look like one where nothing happens: when the stream broke, or says nothing for longer than it ever does,
// the station is asked whether it is there. Where the stream is over for good (somebody signed out, a proxy) it is begun anew.
const PATIENCE_MS = 2500, SILENCE_MS = 40000, AGAIN_MS = 4000, REFUSED_MS = 30000, ANSWER_MS = 8000;
let lost = false, doubting = 0;

function doubt(ms) {
  clearTimeout(doubting);
  doubting = setTimeout(ask, ms);
}

function heard() {
  if (lost) tell("loa:again");
  lost = false;
  show(true);
  doubt(SILENCE_MS);
}

async function ask() {
  const patience = new AbortController(), timer = setTimeout(() => patience.abort(), ANSWER_MS);
  lost = true;
  try {
    await fetch("/manifest.webmanifest", { cache: "no-store", signal: patience.signal });
    show(true);
    if (!events) return;
    const over = events.readyState === EventSource.CLOSED;
    part();
    connect();
    if (over) tell("loa:again"); // else when it is open
  } catch {
    show(false);
    if (events) doubt(AGAIN_MS);
  } finally {
    clearTimeout(timer);
  }
}

function show(online) {
  const line = document.getElementById("mat-mang");
  if (line) line.hidden = online;
}

addEventListener("online", () => { if (events) doubt(0); else show(true); });
addEventListener("offline", () => show(false));
addEventListener("pagehide", part);
addEventListener("pageshow", (event) => {
  connect();
  if (event.persisted) tell("loa:again");
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) part();
  else { connect(); tell("loa:again"); }
});

// What somebody has opened, holds the focus in, is just pressing, hears or has written in is not taken away under the hand; a page that
// nobody sees asks for nothing.
let pressed = null;
addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(() => { pressed = null; }), true);
const written = (field) => field.value !== (field.defaultValue ?? field.value) || field.checked !== field.defaultChecked;
const inHand = (part) => part.contains(pressed) || part.matches(":focus") || part.querySelector("details[open], :focus")
  || [...part.querySelectorAll("audio")].some((audio) => !audio.paused)
  || [...part.querySelectorAll("textarea, input:not([type=hidden])")].some(written);
const byItself = (event) => /^(loa:.*)?$/.test(event.detail.requestConfig?.triggeringEvent?.type ?? "");

// A list ([data-rows]) is renewed row by row, so that only those rows wait that are in hand. A row is known by its id or its class.
const served = new WeakMap(); // row → as the station wrote it: scripts change what is shown
const name = (row) => row.id || row.className || row.tagName;
const note = (list) => { for (const row of list.children) served.set(row, row.outerHTML); };

function renew(list, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(list.id);
  if (!fresh) return;
  const known = new Map([...list.children].map((row) => [name(row), row]));
  let next = list.firstElementChild;
  for (const row of [...fresh.children]) {
    const old = known.get(name(row)), html = row.outerHTML;
    known.delete(name(row));
    if (old && inHand(old)) {
      if (old === next) next = old.nextElementSibling;
      continue;
    }
    const shown = old && served.get(old) === html ? old : document.importNode(row, true);
    if (old && old !== shown) {
      if (old === next) next = old.nextElementSibling;
      old.remove();
    }
    if (shown === next) next = next.nextElementSibling;
    else list.insertBefore(shown, next);
    if (shown !== old) {
      served.set(shown, html);
      htmx.process(shown);
    }
  }
  for (const gone of known.values()) if (!inHand(gone)) gone.remove();
  tell("loa:rows");
}
document.querySelectorAll("[data-rows]").forEach(note);

body.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.target;
  if (byItself(event) && (document.hidden || (!part.matches("[data-rows]") && inHand(part)))) event.preventDefault();
});
body.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  if (!byItself(event)) return;
  if (part.matches("[data-rows]")) {
    event.detail.shouldSwap = false;
    if (event.detail.xhr.status === 200) renew(part, event.detail.serverResponse);
  } else if (inHand(part)) event.detail.shouldSwap = false;
});
// Numbers in the navigation: what waits, as the strip on top has heard.
body.addEventListener("loa:counts", (event) => {
  for (const count of document.querySelectorAll("[data-count]")) {
    count.textContent = event.detail[count.dataset.count] || "";
    count.hidden = !count.textContent;
  }
});
connect();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
