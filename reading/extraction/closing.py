"""The foot of an official document: recipients with "Lưu", and the signature block. What is in doubt stays body."""

import re
from collections.abc import Sequence
from dataclasses import replace

from reading.document import BlockKind
from reading.extraction.cleaning import is_capitals, squeeze
from reading.extraction.lines import Judged
from reading.extraction.markers import split_marker
from reading.extraction.paragraph import RawParagraph
from reading.extraction.phrases import (
    is_filed,
    is_name,
    is_place_date,
    is_recipient,
    is_recipients,
    is_role,
    is_rule,
    is_section_title,
    is_signed,
    is_signing_for,
)

_GAP = re.compile(r"\s*\t\s*| {3,}")
_SIGNATURE_REACH = 9
"""Lines from the office to the name, with stamps and notes between."""


def judge_closing(lines: Sequence[RawParagraph]) -> list[Judged]:
    """Each line, judged where it belongs to recipients or signature; halves of tabbed lines parted and regrouped."""
    parted = _part_columns(lines)
    kinds: list[BlockKind | None] = [None] * len(parted)
    for at, line in enumerate(parted):
        if line.part == "closing":
            kinds[at] = _kind_in_table(parted, at)
    _mark_recipients(parted, kinds)
    _mark_signatures(parted, kinds)
    return [Judged(line, kind) for line, kind in zip(parted, kinds, strict=True)]


def _kind_in_table(lines: Sequence[RawParagraph], at: int) -> BlockKind | None:
    line = lines[at]
    if is_place_date(line.text):
        return BlockKind.PLACE_DATE
    if line.column == "right":
        return BlockKind.SIGNATURE
    start = at
    while start > 0 and lines[start - 1].part == "closing" and lines[start - 1].column == "left":
        start -= 1
    listed = any(is_recipients(before.text) for before in lines[start : at + 1])
    if listed or is_recipient(line.text):
        return BlockKind.RECIPIENTS
    return BlockKind.SIGNATURE


def _part_columns(lines: Sequence[RawParagraph]) -> list[RawParagraph]:
    """Lines with a gap in the middle, from "Nơi nhận" or the first signature on: all left halves, then all right ones."""
    out: list[RawParagraph] = []
    at = 0
    while at < len(lines):
        run = _column_run(lines, at)
        if run == at:
            out.append(replace(lines[at], text=_plain(lines[at])))
            at += 1
            continue
        left: list[RawParagraph] = []
        right: list[RawParagraph] = []
        for line in lines[at:run]:
            one, other = _halves(line)
            if one:
                left.append(replace(line, text=one, column="left"))
            if other:
                right.append(replace(line, text=other, column="right", marker=""))
        out += left + right
        at = run
    return out


def _plain(line: RawParagraph) -> str:
    return line.text if line.cells else line.text.strip() if "\t" in line.text else squeeze(line.text)


def _column_run(lines: Sequence[RawParagraph], start: int) -> int:
    """End of the run of two-column lines that begins at `start`, or `start`."""
    one, other = _halves(lines[start])
    opens = (
        (is_recipients(one) and (not other or _signs(other)))
        or (_signs(one) and _signs(other))
        or (not one and _signs(other))
    )
    if not other or not opens:
        return start
    end = start + 1
    while end < len(lines) and not lines[end].cells and lines[end].part is None and end - start < 16:
        one, other = _halves(lines[end])
        fits_left = not one or is_recipient(one) or _is_listed(lines[end], one) or _signs(one) or is_name(one)
        fits_right = not other or _signs(other) or is_name(other) or is_capitals(other)
        if not (fits_left and fits_right):
            break
        if not other and not (is_recipient(one) or _is_listed(lines[end], one)):
            break
        end += 1
    return end


def _halves(line: RawParagraph) -> tuple[str, str]:
    if line.cells or line.part is not None:
        return line.text, ""
    parts = [squeeze(part) for part in _GAP.split(line.text.rstrip())]
    if len(parts) == 1:
        return parts[0], ""
    if len(parts) > 2:
        parts = [part for part in parts if part]
    return (parts[0], parts[1]) if len(parts) == 2 else (squeeze(line.text), "")


def _signs(text: str) -> bool:
    return is_signing_for(text) or is_role(text) or is_signed(text)


def _is_listed(line: RawParagraph, text: str) -> bool:
    marker = split_marker(text)
    return bool(line.marker) or (marker is not None and marker.family in {"dash", "plus", "bullet"})


def _mark_recipients(lines: Sequence[RawParagraph], kinds: list[BlockKind | None]) -> None:
    for at, line in enumerate(lines):
        if kinds[at] is not None or line.cells or line.marker:
            continue
        if is_recipients(line.text):
            end = _recipients_end(lines, at)
            if end - at > 1 or "luu" in line.text.lower() or "lưu" in line.text.lower() or _foot_follows(lines, end):
                kinds[at:end] = [None if recipient.furniture else BlockKind.RECIPIENTS for recipient in lines[at:end]]
        elif is_filed(line.text) and (
            at + 1 == len(lines) or _foot_follows(lines, at + 1) or kinds[at - 1] is BlockKind.RECIPIENTS
        ):
            kinds[at] = BlockKind.RECIPIENTS
            back = at - 1
            while back >= 0 and kinds[back] is None and is_recipient(lines[back].text):
                kinds[back] = BlockKind.RECIPIENTS
                back -= 1


def _recipients_end(lines: Sequence[RawParagraph], start: int) -> int:
    end = start + 1
    while end < len(lines) and not lines[end].cells:
        line = lines[end]
        before = lines[end - 1].text.rstrip()
        open_list = before.endswith((";", ",")) and end - start > 1
        if is_filed(line.text):
            return end + 1
        if _signs(line.text) or not (
            _is_listed(line, line.text) or is_recipient(line.text) or open_list or line.text.endswith(";")
        ):
            break
        if len(line.text) > 160:
            break
        end += 1
    return end


def _foot_follows(lines: Sequence[RawParagraph], at: int) -> bool:
    return at < len(lines) and (_signs(lines[at].text) or lines[at].column == "right")


def _mark_signatures(lines: Sequence[RawParagraph], kinds: list[BlockKind | None]) -> None:
    at = 0
    while at < len(lines):
        end = _signature_end(lines, kinds, at)
        if end == at:
            at += 1
            continue
        for index in range(at, end):
            if kinds[index] is None and not lines[index].furniture:
                kinds[index] = BlockKind.PLACE_DATE if is_place_date(lines[index].text) else BlockKind.SIGNATURE
        at = end


def _signature_end(lines: Sequence[RawParagraph], kinds: Sequence[BlockKind | None], start: int) -> int:
    """End of the signature block that begins at `start`, or `start` where there is none."""
    if kinds[start] is not None or lines[start].cells or lines[start].marker:
        return start
    dated = is_place_date(lines[start].text)
    first = start + 1 if dated and start + 1 < len(lines) else start
    if not _signs(lines[first].text) or (is_signed(lines[first].text) and not _ends(lines, kinds, first + 2)):
        return start
    at, signed, named = first, False, False
    while at < len(lines) and at - first < _SIGNATURE_REACH and not lines[at].cells:
        text = lines[at].text
        if kinds[at] not in {None, BlockKind.SIGNATURE} or is_section_title(text):
            break
        if is_signed(text):
            signed = True
        elif not (_signs(text) or is_rule(text) or lines[at].furniture):
            if not is_name(text) or (is_capitals(text) and len(text.split()) > 4 and not signed):
                if is_capitals(text) and len(text) <= 90 and not named and not signed:
                    at += 1
                    continue
                break
            named = True
        elif named and lines[at].column is None:
            break
        at += 1
    formal = is_signing_for(lines[first].text) or lines[first].column == "right"
    closes = _ends(lines, kinds, at)
    return at if (formal and (closes or signed or named)) or signed or (named and closes) else start


def _ends(lines: Sequence[RawParagraph], kinds: Sequence[BlockKind | None], at: int) -> bool:
    """Nothing follows, or only what cannot be the same text going on."""
    while at < len(lines) and (lines[at].furniture or is_rule(lines[at].text)):
        at += 1
    return at >= len(lines) or kinds[at] is not None or is_section_title(lines[at].text) or lines[at].part is not None
