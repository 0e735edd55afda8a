"""Paragraphs cut into the lines that the layout judges, and a judged line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reading.document import BlockKind
from reading.extraction.cleaning import clean, squeeze
from reading.extraction.markers import split_marker
from reading.extraction.paragraph import RawParagraph
from reading.extraction.phrases import is_addressee, is_motto, is_recipients, is_rule, is_signing_for, is_title


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with the part it plays, or None while that is still open."""

    line: RawParagraph
    kind: BlockKind | None = None


def cut(paragraphs: Iterable[RawParagraph]) -> list[RawParagraph]:
    """Cleaned, without empty ones; breaks inside a paragraph end a line where the next reads as a line of its own."""
    out: list[RawParagraph] = []
    for paragraph in paragraphs:
        if paragraph.cells:
            cells = tuple(squeeze(clean(cell)) for cell in paragraph.cells)
            header = tuple(squeeze(clean(cell)) for cell in paragraph.header)
            if any(cells):
                out.append(replace(paragraph, text=" | ".join(cells), cells=cells, header=header))
            continue
        marker = squeeze(clean(paragraph.marker))
        for text in _lines(clean(paragraph.text), whole=paragraph.part is not None):
            out.append(replace(paragraph, text=text, marker=marker))
            marker = ""
    return out


def _lines(text: str, *, whole: bool) -> list[str]:
    out: list[str] = []
    for piece in text.split("\n"):
        line = piece.strip(" ")
        if not line.strip():
            continue
        if out and not whole and not _stands_alone(out[-1], line):
            out[-1] = f"{out[-1]} {line.strip()}"
        else:
            out.append(line if "\t" in line or "   " in line else squeeze(line))
    return [line for line in out if line.strip()]


def _stands_alone(before: str, line: str) -> bool:
    if "\t" in before or "\t" in line or before.rstrip()[-1] in ".:;!?" or split_marker(line):
        return True
    special = (is_rule, is_motto, is_signing_for, is_recipients, is_title, is_addressee)
    return line.isupper() or before.isupper() or any(test(line) or test(before) for test in special)
