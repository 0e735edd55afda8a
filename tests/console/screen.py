"""A browser's page that a person looks at, and what must hold on whatever it shows."""

import os
import re
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Locator, Page

from loa.console_pages import SIZES
from reading.syllables import is_syllable

ARTEFACTS = Path(os.environ.get("LOA_ARTEFACTS", "var/console"))
"""Screenshots are kept here, whatever becomes of the test."""
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = frozenset(
    [
        "Android",
        "dB",
        "dBm",
        "km",
        "MB",
        "micrô",
        "Chrome",
        "CN",
        "English",
        "Enter",
        "Esc",
        "Excel",
        "Fi",
        "HTTPS",
        "iPhone",
        "Loa",
        "Làng",
        "MP",
        "ms",
        "PDF",
        "QR",
        "RSS",
    ]
) | frozenset(["Safari", "Tab", "tsv", "txt", "UBND", "USB", "webm", "Wi", "Windows", "Word"])
"""Proper names and signs that Vietnamese screens use as they are."""
_BY_SIZE = ["color-contrast", "target-size", "scrollable-region-focusable", "aria-hidden-focus", "link-in-text-block"]
"""Rules of axe-core whose findings may differ between sizes."""
_OVER_THE_EDGE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_TEXT = """() => {
    const names = ["aria-label", "placeholder", "alt", "title"];
    const said = [...document.querySelectorAll("*")].flatMap((e) => names.map((name) => e.getAttribute(name) ?? ""));
    const body = document.body.cloneNode(true);
    const written = "script, style, noscript, textarea, code, kbd, [translate=no], [lang]";
    body.querySelectorAll(written).forEach((e) => e.remove());
    const texts = [], walk = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) texts.push(walk.currentNode.data);
    return [...texts, document.title, ...said].join(" ");
}"""


_COUNT = """
    const tally = (what) => sessionStorage.setItem(what, Number(sessionStorage.getItem(what)) + 1);
    const on = "a, button, label, input, select, textarea, summary, [role=button]";
    addEventListener("pointerdown", (event) => { if (event.isTrusted && event.target.closest(on)) tally("taps"); }, true);
    addEventListener("keydown", (event) => { if (event.isTrusted && !event.repeat) tally("keys"); }, true);
"""
"""What is pressed beside everything is the robot's miss: what it aimed at had just moved, and it aims again."""
_FOCUSED = """() => {
    const at = document.activeElement, look = getComputedStyle(at);
    const seen = at.matches(":focus-visible") && look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
    return { name: at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || "", seen };
}"""
_UNROLLED = """
    .top, nav.main { position: static !important; }
    @media (max-width: 52rem) {
        body { display: grid; grid-template-columns: minmax(0, 1fr); }
        main { width: 100%; }
        .foot { padding-bottom: 1rem !important; }
        nav.main { order: 1; }
    }
"""
"""For pictures of whole pages: what stays in sight while one scrolls lies at the ends, not across the middle."""
_UNROLL = """(text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
}"""
"""The pages themselves allow no style that is written into them."""
_MOST_STOPS = 150
_MOST_PRESSES = 20
_LOOK_MS = 1000
"""On the page that follows there is no such button: to wait for one would only take time."""


def hold(page: Page, button: Locator) -> None:
    """Press a button that must be held until it has done its deed, however long a slow machine takes over it.

    What comes above it meanwhile may move it from under the pointer: then it is pressed again, as anybody would.
    """
    gone = Event()
    page.once("framenavigated", lambda _: gone.set())
    for _ in range(_MOST_PRESSES):
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        held = True
        while held and not gone.is_set():
            page.wait_for_timeout(50)  # lets the browser's news in
            try:
                held = bool(button.evaluate("e => e.matches('.held, .done')", timeout=_LOOK_MS))
            except Error:  # the page is just going
                held = True
        page.mouse.up()
        if gone.is_set():
            return
    raise AssertionError("it cannot be held")


class Screen:
    """One person's browser page. Whatever the console or the network complains of is kept in `complaints`."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.complaints: list[str] = []
        self._provoked: set[str] = set()
        self.given: set[str] = set()
        """Words that people wrote: names, titles, codes."""
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("requestfailed", self._failed)
        page.on(
            "response", lambda answer: self._complain(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        )

    def open(self, path: str) -> "Screen":
        self.page.goto(path, wait_until="load")
        return self

    def counting(self) -> "Screen":
        """From the next page on every press of a finger, button or key is counted, as the browser itself reports it."""
        self.page.add_init_script(_COUNT)
        return self

    def presses(self) -> dict[str, int]:
        """What was counted so far."""
        return {what: int(self.page.evaluate(f"sessionStorage.getItem('{what}') ?? 0")) for what in ("taps", "keys")}

    def tab_to(self, name: str) -> None:
        """Go on with the Tab key until the focus is on what has this name (or begins with it); it must be seen where it is."""
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(_FOCUSED)
            if at["name"].strip().startswith(name):
                assert at["seen"], f"nobody sees that the focus is on {name}"
                return
        raise AssertionError(f"the Tab key does not lead to {name}")

    def resize(self, size: str) -> "Screen":
        """The same page at another size."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})
        self.name = f"{self.name.partition('-')[0]}-{size}"
        return self

    def check(self, name: str, *, again: bool = False) -> None:
        """Nothing complained, nothing hangs over the edge, axe finds nothing serious, no English; and a picture of it.

        `again`: the page was looked at before at another size, only what depends on the size is asked.
        """
        self.picture(name)
        options = {
            "resultTypes": ["violations"],
            **({"runOnly": {"type": "rule", "values": _BY_SIZE}} if again else {}),
        }
        found = Axe().run(self.page, options=options).response["violations"]
        problems = {
            "complaints": self.complaints,
            "over the edge, px": max(0, self.page.evaluate(_OVER_THE_EDGE)),
            "axe": [
                (finding["id"], [node["html"][:160] for node in finding["nodes"]])
                for finding in found
                if finding["impact"] in {"serious", "critical"}
            ],
            "not Vietnamese": self.foreign_words(),
        }
        assert not any(problems.values()), (name, self.name, {k: v for k, v in problems.items() if v})

    def foreign_words(self) -> list[str]:
        """Words on the screen that are no Vietnamese syllables, no signs that we use and nothing that a person wrote."""
        text = self.page.evaluate(_TEXT)
        words = {word for word in _WORD.findall(text) if len(word) > 1}
        return sorted(w for w in words - _NAMES - self.given if not is_syllable(w.lower()))

    def picture(self, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}-{self.name}.jpg"
        self.page.evaluate(_UNROLL, _UNROLLED)
        self.page.screenshot(path=path, type="jpeg", quality=60, full_page=True)
        self.page.evaluate("document.adoptedStyleSheets = []")

    def _failed(self, request) -> None:
        if urlsplit(request.url).path == "/api/v1/live" or "ERR_ABORTED" in (request.failure or ""):
            return  # leaving a page ends what it was still asking for
        self._complain(f"{request.failure} {request.url}")

    def provoked(self, *words: str) -> None:
        """The test does it on purpose: complaints with one of these words are none, the browser's late ones neither."""
        self._provoked |= set(words)
        self.complaints[:] = [what for what in self.complaints if not any(word in what for word in words)]

    def _complain(self, what: str) -> None:
        if not any(word in what for word in self._provoked):
            self.complaints.append(what)
