"""A browser's page that a person looks at, and what must hold on whatever it shows."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from reading.syllables import is_syllable

ARTEFACTS = Path(os.environ.get("LOA_ARTEFACTS", "var/console"))
"""Screenshots are kept here, whatever becomes of the test."""
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = frozenset(
    "English Loa Làng Word Excel PDF QR Wi Fi USB UBND MHz kHz Android Chrome iPhone Safari Windows HTTPS RSS Tab Enter tsv txt ms".split()
)
"""Proper names and signs that Vietnamese screens use as they are."""


class Screen:
    """One person's browser page. Whatever the console or the network complains of is kept in `complaints`."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.complaints: list[str] = []
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

    def check(self, name: str) -> None:
        """Nothing complained, nothing hangs over the edge, axe finds nothing serious, no English; and a picture of it."""
        self.picture(name)
        assert self.complaints == []
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{too_wide} px over the edge"
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        grave = [
            (f["id"], [node["html"][:120] for node in f["nodes"]])
            for f in found
            if f["impact"] in {"serious", "critical"}
        ]
        assert grave == []
        assert self.foreign_words() == []

    def foreign_words(self) -> list[str]:
        """Words on the screen that are no Vietnamese syllables, no signs that we use and nothing that a person wrote."""
        text = self.page.evaluate("""() => {
            const said = [...document.querySelectorAll("[aria-label], [placeholder], [alt], [title]")].flatMap(
                (e) => ["aria-label", "placeholder", "alt", "title"].map((name) => e.getAttribute(name) ?? ""));
            const wholly = document.body.cloneNode(true);
            wholly.querySelectorAll("script, style, noscript, textarea, code, kbd, [translate=no], [lang]").forEach((e) => e.remove());
            return [wholly.textContent, document.title, ...said].join(" ");
        }""")
        words = {word for word in _WORD.findall(text) if len(word) > 1}
        return sorted(w for w in words - _NAMES - self.given if not is_syllable(w.lower()))

    def picture(self, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}-{self.name}.jpg", type="jpeg", quality=60, full_page=True)

    def _failed(self, request) -> None:
        if request.url.endswith("/api/v1/live") or "ERR_ABORTED" in (request.failure or ""):
            return  # leaving a page ends what it was still asking for
        self._complain(f"{request.failure} {request.url}")

    def _complain(self, what: str) -> None:
        self.complaints.append(what)
