// Kept by the browser: static files (their address changes with their content) and one page that says there is no connection.
// Everything else is always asked of the station: a broadcast must not be judged by yesterday's screen.
const CACHE = "loa-1";
const OFFLINE = "/mat-ket-noi";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then(async (cache) => {
    const page = await fetch(OFFLINE, { cache: "reload" });
    const links = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
    await cache.addAll([...new Set(links)]);
    await cache.put(OFFLINE, page);
  }).then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(CACHE);
    for (const old of await cache.keys()) if (new URL(old.url).pathname === new URL(request.url).pathname) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
}

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});
