"""From paragraphs to blocks: which are letterhead, title, body, recipients, signature. Pure, and light to import.

In doubt a paragraph is body, so that it is read rather than lost.
"""

from collections.abc import Sequence
from dataclasses import replace

from reading.document import Block
from reading.extraction.body import blocks, judge_title
from reading.extraction.closing import judge_closing
from reading.extraction.letterhead import judge_letterhead_line, split_head
from reading.extraction.lines import Judged, cut
from reading.extraction.paragraph import RawParagraph
from reading.extraction.phrases import is_digital_stamp, is_digital_stamp_detail, is_motto
from reading.extraction.tables import rows_of_cells


def classify_blocks(paragraphs: Sequence[RawParagraph]) -> tuple[Block, ...]:
    """`paragraphs` in reading order as blocks. Nothing written is dropped; only empty paragraphs give no block."""
    head, rest = split_head(_without_stamps(cut(paragraphs)))
    judged: list[Judged] = list(head)
    stretch: list[RawParagraph] = []
    for line in _tabbed_tables(rest):
        if line.part == "letterhead" or (not line.cells and is_motto(line.text)):
            judged += judge_closing(stretch)
            stretch = []
            judged += judge_letterhead_line(line)
        else:
            stretch.append(line)
    judged += judge_closing(stretch)
    return tuple(blocks(judge_title(judged, len(head))))


def _without_stamps(lines: Sequence[RawParagraph]) -> list[RawParagraph]:
    """The stamp of a digital signature, two lines at least, marked as page furniture."""
    out = list(lines)
    stamped = False
    for at, line in enumerate(out):
        opens = is_digital_stamp(line.text) and at + 1 < len(out) and is_digital_stamp_detail(out[at + 1].text)
        stamped = (opens or (stamped and is_digital_stamp_detail(line.text))) and not line.cells
        if stamped:
            out[at] = replace(line, furniture=True)
    return out


def _tabbed_tables(lines: Sequence[RawParagraph]) -> list[RawParagraph]:
    """Runs of lines with the same columns of tabs (a table pasted as text, or seen by OCR) become rows of data."""
    out: list[RawParagraph] = []
    at = 0
    while at < len(lines):
        width = _width(lines[at])
        end = at
        while end < len(lines) and width >= 3 and _width(lines[end]) == width:
            end += 1
        if end - at >= 2:
            out += rows_of_cells([[cell.strip() for cell in line.text.split("\t")] for line in lines[at:end]])
            at = end
        else:
            out.append(lines[at])
            at += 1
    return out


def _width(line: RawParagraph) -> int:
    if line.cells or line.furniture or line.part or line.marker:
        return 0
    return line.text.strip().count("\t") + 1
