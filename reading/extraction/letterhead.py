"""The head of an official document: issuer and number on the left, motto, place and date on the right.

It comes as a borderless table, as lines with tabs between the halves, as words that OCR ran together, or one line under another.
The result is always the left half, then the right half.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from reading.document import BlockKind
from reading.extraction.cleaning import is_capitals, squeeze
from reading.extraction.lines import Judged
from reading.extraction.markers import split_marker
from reading.extraction.paragraph import Column, RawParagraph
from reading.extraction.phrases import (
    is_addressee,
    is_document_number,
    is_issuer,
    is_motto,
    is_place_date,
    is_rule,
    is_stamp,
    is_subject,
    is_title,
    is_whole_motto,
    motto_start,
    place_date_start,
)

_GAP = re.compile(r"\s*\t\s*| {3,}")
_REACH = 18
"""Lines from the top within which the head must be found."""


def split_head(lines: Sequence[RawParagraph]) -> tuple[list[Judged], list[RawParagraph]]:
    """The judged lines of the letterhead, and the lines after it untouched. No letterhead: nothing, and all lines."""
    end = _end(lines)
    pieces = [piece for line in lines[:end] for piece in _pieces(line)]
    halves = [piece for piece in pieces if piece.column != "right"] + [
        piece for piece in pieces if piece.column == "right"
    ]
    halves = _rejoined(halves)
    strong = max((at for at, piece in enumerate(halves) if _strong(piece.text) is not None), default=-1)
    return [Judged(piece, _kind(piece, before_strong=at < strong)) for at, piece in enumerate(halves)], list(
        lines[end:]
    )


def _rejoined(pieces: Sequence[RawParagraph]) -> list[RawParagraph]:
    """The motto and the subject under the number, "V/v …", with their further lines."""
    out: list[RawParagraph] = []
    for piece in pieces:
        joined = f"{out[-1].text} {piece.text}" if out else ""
        goes_on = out and is_subject(out[-1].text) and piece.column == out[-1].column != "right"
        goes_on = goes_on and (piece.column == "left" or piece.text[:1].islower())
        stands_alone = is_capitals(piece.text) or _strong(piece.text) or is_rule(piece.text)
        motto = not is_whole_motto(out[-1].text) and is_whole_motto(joined) if out else False
        if (goes_on and not stands_alone) or motto:
            out[-1] = replace(out[-1], text=joined)
        else:
            out.append(piece)
    return out


def judge_letterhead_line(line: RawParagraph) -> list[Judged]:
    """A line of a letterhead table that stands elsewhere (before an appendix), or a motto met on the way."""
    return [Judged(piece, _kind(piece, before_strong=True)) for piece in _pieces(line)]


def _end(lines: Sequence[RawParagraph]) -> int:
    end = 0
    for at, line in enumerate(lines[:_REACH]):
        if line.furniture:
            continue
        if line.cells:
            break
        texts = [piece.text for piece in _pieces(line)]
        if line.part == "letterhead" or any(_strong(text) for text in texts):
            end = at + 1
        elif line.part is not None or any(_starts_body(text) for text in texts):
            break
    if end:
        while end < len(lines) and _belongs_behind(lines[end]):
            end += 1
        return end
    first = next((at for at, line in enumerate(lines[:_REACH]) if not line.furniture), 0)
    at = first
    while at < min(len(lines), first + 3) and is_issuer(lines[at].text) and not is_title(lines[at].text):
        at += 1
    return at if first < at < len(lines) and is_title(lines[at].text) else 0


def _belongs_behind(line: RawParagraph) -> bool:
    if line.cells or line.part:
        return False
    return is_rule(line.text) or is_stamp(line.text) or line.text.endswith("\t")


def _starts_body(text: str) -> bool:
    if is_addressee(text) or split_marker(text) is not None or len(text) > 150:
        return True
    return is_title(text) and not is_issuer(text)


def _strong(text: str) -> BlockKind | None:
    if is_motto(text):
        return BlockKind.MOTTO
    if is_document_number(text):
        return BlockKind.DOCUMENT_NUMBER
    if is_place_date(text):
        return BlockKind.PLACE_DATE
    return None


def _kind(piece: RawParagraph, *, before_strong: bool) -> BlockKind | None:
    text = piece.text
    if piece.furniture or is_rule(text) or is_stamp(text):
        return BlockKind.PAGE_FURNITURE
    strong = _strong(text)
    if strong is not None:
        return strong
    if is_subject(text):
        return BlockKind.TITLE
    at_left = piece.part == "letterhead" and piece.column == "left"
    if is_issuer(text) or (is_capitals(text) and len(text) <= 90 and (before_strong or at_left)):
        return BlockKind.ISSUER
    return None


def _pieces(line: RawParagraph) -> list[RawParagraph]:
    """The halves of a line: parted at tabs or wide gaps, or before a motto or date that follows something else."""
    parts = [squeeze(part) for part in _GAP.split(line.text.strip())]
    parts = [part for part in parts if part]
    if len(parts) == 2 and any(_strong(part) or is_rule(part) for part in parts):
        return [_half(line, parts[0], "left"), _half(line, parts[1], "right")]
    text = squeeze(line.text)
    if line.text.endswith("\t"):
        return [_half(line, text, "left")]
    for start in (motto_start(text), place_date_start(text)):
        before, after = text[:start].strip(), text[start:].strip()
        if start > 0 and _strong(after) and (is_document_number(before) or is_capitals(before) or is_rule(before)):
            return [_half(line, before, "left"), _half(line, after, "right")]
    return [replace(line, text=text)]


def _half(line: RawParagraph, text: str, column: Column) -> RawParagraph:
    return replace(line, text=text, column=line.column or column)
