"""Title, headings, list items and paragraphs between letterhead and foot."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reading.document import Block, BlockKind
from reading.extraction.cleaning import fold, is_capitals, squeeze
from reading.extraction.lines import Judged
from reading.extraction.markers import Marker, family, split_marker
from reading.extraction.paragraph import RawParagraph
from reading.extraction.phrases import (
    is_addressee,
    is_authority,
    is_rule,
    is_sentence,
    is_subject,
    is_title,
    is_title_alone,
)

_TITLE_LINES = 6
_HEAD_KINDS = {BlockKind.ISSUER, BlockKind.MOTTO, BlockKind.DOCUMENT_NUMBER, BlockKind.PLACE_DATE}
_HEADING_LENGTH = 140
_ITEMS_ONLY = {"dash", "plus", "bullet", "small"}
_CHAPTER = re.compile(r"(chuong|phan|muc) [\divx]+\b")


def judge_title(lines: Sequence[Judged], head: int) -> list[Judged]:
    """The first open lines judged as title where they look like one, and what continues it; the first `head` are letterhead."""
    out = list(lines)
    last = max((at for at, judged in enumerate(out[:head]) if judged.kind in _HEAD_KINDS), default=0)
    taken = 0
    alone = False
    for at, judged in enumerate(out):
        line, text = judged.line, judged.line.text
        if judged.kind is BlockKind.PAGE_FURNITURE or line.furniture or (is_rule(text) and not line.cells):
            continue
        if judged.kind is BlockKind.TITLE:
            taken += 1
            continue
        if judged.kind is not None or at < last:
            continue
        if line.cells or line.marker or line.part or taken >= _TITLE_LINES or is_addressee(text) or split_marker(text):
            break
        if not (_opens_title(line) if taken == 0 else _continues_title(line, alone=alone)):
            break
        alone = is_title_alone(text)
        out[at] = Judged(replace(line, text=squeeze(text)), BlockKind.TITLE)
        taken += 1
    return out


def _opens_title(line: RawParagraph) -> bool:
    text = line.text
    if line.title or is_title(text) or is_subject(text):
        return True
    if line.heading == 0 or (is_capitals(text) and len(text) <= 200):
        return True
    return line.bold and line.alignment == "center" and len(text) <= 200


def _continues_title(line: RawParagraph, *, alone: bool) -> bool:
    text = line.text
    if line.heading is not None or is_authority(text):
        return False
    if line.title or is_subject(text) or (is_capitals(text) and len(text) <= 200 and not text.endswith(":")):
        return True
    if line.alignment == "center" and len(text) <= 250:
        return not text.endswith(":")
    if line.bold and len(text) <= 200 and not is_sentence(text):
        return True
    return alone and line.alignment != "justify" and not is_sentence(text)


@dataclass(slots=True)
class _Depth:
    """Which families of markers are open, outermost first."""

    open: list[str] = field(default_factory=list)

    def of(self, marker_family: str) -> int:
        if marker_family in self.open:
            del self.open[self.open.index(marker_family) + 1 :]
        else:
            self.open.append(marker_family)
        return len(self.open) - 1


def blocks(lines: Iterable[Judged]) -> list[Block]:
    """Judged lines as blocks; what is still open becomes heading, list item, row or paragraph."""
    depth = _Depth()
    out: list[Block] = []
    for judged in lines:
        line = judged.line
        text = squeeze(line.text)
        if judged.kind is not None:
            out.append(Block(kind=judged.kind, text=_whole(line, text)))
        elif line.furniture or (is_rule(text) and not line.cells):
            out.append(Block(kind=BlockKind.PAGE_FURNITURE, text=text))
        elif line.cells:
            out.append(Block(kind=BlockKind.TABLE_ROW, text=text, cells=line.cells, header=line.header))
            depth = _Depth()
        else:
            out.append(_body_block(line, text, depth))
    return out


def _body_block(line: RawParagraph, text: str, depth: _Depth) -> Block:
    marker = Marker(written=line.marker, family=family(line.marker), rest=text) if line.marker else split_marker(text)
    heading = _heading_level(line, marker, text)
    if heading is not None:
        depth.open.clear()
        return Block(kind=BlockKind.HEADING, text=_whole(line, text), level=heading)
    if marker is None:
        depth.open.clear()
        return Block(kind=BlockKind.PARAGRAPH, text=text)
    level = depth.of(marker.family) if line.level is None else line.level
    return Block(kind=BlockKind.LIST_ITEM, text=marker.rest, marker=marker.written, level=level)


def _whole(line: RawParagraph, text: str) -> str:
    return f"{line.marker} {text}" if line.marker else text


def _heading_level(line: RawParagraph, marker: Marker | None, text: str) -> int | None:
    """Depth of a heading: its style's, else 0 for capitals, Roman numbers, chapters, 1 for other bold lines, or None."""
    if line.heading is not None and len(text) <= 300:
        return line.heading
    if (
        len(text) > _HEADING_LENGTH
        or text.endswith((";", ","))
        or (marker is not None and marker.family in _ITEMS_ONLY)
    ):
        return None
    rest = marker.rest if marker else text
    roman = marker is not None and marker.family == "roman" and not text.endswith(".")
    if roman or (is_capitals(rest) and len(rest.split()) >= 2) or (line.bold and _CHAPTER.match(fold(text))):
        return 0
    closed = text.endswith((".", "!", "?")) or (text.endswith(":") and marker is None)
    return 1 if line.bold and not closed else None
