"""Fonts of before Unicode: their names tell the encoding of what was typed in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reading.extraction.encoding import from_legacy, repair
from reading.extraction.paragraph import RawParagraph
from reading.extraction.syllables import evidence

_SUBSET = re.compile(r"^[A-Z]{6}\+")
# Vietnamese letters beyond Latin-1: text that has them is Unicode already, whatever its font is called.
_UNICODE = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0323]"
)


@dataclass(frozen=True, slots=True)
class LegacyFont:
    """The encoding behind a font's name, and whether it draws small letters as capitals (".VnTimeH")."""

    encoding: str
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font."""

    text: str
    font: str = ""


def legacy_font(name: str) -> LegacyFont | None:
    """What `name` says: ".VnTime" TCVN3, "VNI-Times" VNI; None for fonts of Unicode."""
    bare = _SUBSET.sub("", name.strip()).upper()
    if bare.startswith((".VN", "VNTIME", "VNARIAL")):
        return LegacyFont("TCVN3", capitals=bare.endswith("H"))
    if bare.startswith("VNI"):
        return LegacyFont("VNI")
    return None


class Converter:
    """Turns runs into Unicode and remembers which encodings it met."""

    def __init__(self) -> None:
        self._met: dict[str, str] = {}
        self._unicode = False

    @property
    def encoding(self) -> str:
        """For the officer: "Unicode", "TCVN3 (.VnTime)", "TCVN3 (.VnTime) + Unicode"."""
        names = [f"{encoding} ({font})" if font else encoding for encoding, font in self._met.items()]
        return " + ".join([*names, "Unicode"] if self._unicode or not names else names)

    def text(self, runs: list[Run]) -> str:
        """The paragraph's text. Runs of one encoding are joined first: VNI's letter and mark may be in two."""
        pieces: list[tuple[LegacyFont | None, str, str]] = []
        for run in runs:
            font = legacy_font(run.font)
            if pieces and pieces[-1][0] == font:
                pieces[-1] = (font, pieces[-1][1], pieces[-1][2] + run.text)
            else:
                pieces.append((font, run.font, run.text))
        legacy = "".join(text for font, _, text in pieces if font)
        already = _UNICODE.search(legacy) is not None
        return "".join(self._piece(font, name, text, already=already) for font, name, text in pieces)

    def _piece(self, font: LegacyFont | None, name: str, text: str, *, already: bool) -> str:
        if font is None or already:
            self._unicode = self._unicode or not text.isascii()
            return text
        if font.capitals or not text.isascii():
            self._met.setdefault(font.encoding, _SUBSET.sub("", name))
        return from_legacy(text, font.encoding, capitals=font.capitals)

    def mend(self, paragraphs: Sequence[RawParagraph]) -> tuple[RawParagraph, ...]:
        """The paragraphs of one document, those made Unicode that a font without a telling name hid."""
        written = [
            text for paragraph in paragraphs for text in (paragraph.text, *paragraph.cells) if not text.isascii()
        ]
        found = repair("\n".join(written))
        if found is None:
            return tuple(paragraphs)
        encoding = found[1]
        self._met.setdefault(encoding, "")
        self._unicode = False

        def mended(text: str) -> str:
            new = from_legacy(text, encoding)
            if text.isascii() or evidence(new) > evidence(text):
                return new
            self._unicode = True
            return text

        return tuple(
            replace(p, text=mended(p.text), cells=tuple(map(mended, p.cells)), header=tuple(map(mended, p.header)))
            for p in paragraphs
        )
