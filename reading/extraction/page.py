"""Pieces of text with their places on a page become paragraphs in reading order, two-column head and foot included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reading.extraction.cleaning import is_capitals
from reading.extraction.markers import split_marker
from reading.extraction.paragraph import Column, RawParagraph
from reading.extraction.phrases import (
    is_addressee,
    is_document_number,
    is_filed,
    is_motto,
    is_place_date,
    is_recipients,
    is_role,
    is_rule,
    is_signed,
    is_signing_for,
    is_subject,
    is_title,
    motto_start,
    place_date_start,
)
from reading.extraction.tables import Cell, Table, flatten
from reading.extraction.wrapping import join_lines

_HEAD_ROWS = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand together on one line. Places in points or pixels, from the top left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    bold: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Row:
    """Segments side by side, or a ruled table, whose place the one segment marks."""

    segments: tuple[Segment, ...]
    table: Table | None = None
    furniture: bool = False

    @property
    def text(self) -> str:
        return "\t".join(segment.text for segment in self.segments)

    @property
    def top(self) -> float:
        return min(segment.top for segment in self.segments)

    @property
    def bottom(self) -> float:
        return max(segment.bottom for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page from top to bottom, and the page's width."""

    rows: tuple[Row, ...]
    width: float


def rows_of(segments: Iterable[Segment]) -> list[Row]:
    """Segments that overlap vertically by more than half, side by side, from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.top + s.bottom) / 2):
        if rows and _beside(rows[-1], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [Row(tuple(sorted(row, key=lambda s: s.x0))) for row in rows]


def _beside(row: Sequence[Segment], segment: Segment) -> bool:
    last = row[-1]
    shared = min(last.bottom, segment.bottom) - max(last.top, segment.top)
    apart = all(segment.x0 >= other.x1 - 1 or segment.x1 <= other.x0 + 1 for other in row)
    return apart and shared > 0.5 * min(last.height, segment.height)


def paragraphs_of(pages: Sequence[Page]) -> list[RawParagraph]:
    """The text of all pages in reading order; paragraphs, tables and the foot may go on over a page."""
    out: list[RawParagraph] = []
    body: list[tuple[Row, Page]] = []
    foot: list[tuple[Row, Page]] = []
    for number, page in enumerate(joined_tables(pages)):
        rows = list(page.rows)
        head = _head_end(rows, page) if number == 0 else 0
        out += _columns([(row, page) for row in rows[:head]])
        for at in range(head, len(rows)):
            row = rows[at]
            if (foot and _is_of_foot(row, page)) or _opens_foot(row, page):
                out += _body(body)
                body = []
                foot.append((row, page))
            else:
                out += _columns(foot)
                foot = []
                body.append((row, page))
    return out + _body(body) + _columns(foot)


def joined_tables(pages: Sequence[Page]) -> list[Page]:
    """Tables that a page break cut in two made one again, on the page where they begin."""
    out: list[Page] = []
    for page in pages:
        before = next((at for at in range(len(out) - 1, -1, -1) if _content(out[at])), None)
        content = _content(page)
        upper = out[before].rows[_content(out[before])[-1]] if before is not None else None
        lower = page.rows[content[0]] if content else None
        whole = _joined(upper.table, lower.table) if upper and lower and upper.table and lower.table else None
        if before is None or upper is None or whole is None:
            out.append(page)
            continue
        out[before] = replace(
            out[before], rows=tuple(replace(r, table=whole) if r is upper else r for r in out[before].rows)
        )
        out.append(replace(page, rows=tuple(row for row in page.rows if row is not lower)))
    return out


def _content(page: Page) -> list[int]:
    return [at for at, row in enumerate(page.rows) if not row.furniture]


def _joined(upper: Table, lower: Table) -> Table | None:
    """`lower` under `upper`, where they have the same columns: less a repeated header, a row cut by the page made whole."""
    if not upper.rows or not lower.rows or len(upper.rows[0]) != len(lower.rows[0]):
        return None
    rows = list(lower.rows)
    if [cell.text for cell in rows[0]] == [cell.text for cell in upper.rows[0]]:
        return replace(upper, rows=upper.rows + tuple(rows[1:]))
    last, first = upper.rows[-1], rows[0]
    if first[0].text or not last[0].text:
        return replace(upper, rows=upper.rows + tuple(rows))
    cut = tuple(
        Cell(paragraphs=a.paragraphs + b.paragraphs, continues_left=a.continues_left)
        for a, b in zip(last, first, strict=True)
    )
    return replace(upper, rows=(*upper.rows[:-1], cut, *rows[1:]))


def _head_end(rows: Sequence[Row], page: Page) -> int:
    end = 0
    for at, row in enumerate(rows[:_HEAD_ROWS]):
        if row.table is not None or any(is_addressee(s.text) for s in row.segments):
            break
        if any(_of_letterhead(segment.text) for segment in row.segments):
            end = at + 1
    subject = any(is_subject(s.text) for row in rows[: end + 1] for s in row.segments if s.x1 < page.width * 0.55)
    while subject and end < len(rows) and rows[end].table is None and _side(rows[end].segments[-1], page) == "left":
        if split_marker(rows[end].text) or is_addressee(rows[end].text) or len(rows[end].segments) > 1:
            break
        end += 1
    return end


def _of_letterhead(text: str) -> bool:
    strong = is_motto(text) or is_document_number(text) or is_place_date(text)
    return strong or motto_start(text) >= 0 or place_date_start(text) >= 0


def _opens_foot(row: Row, page: Page) -> bool:
    """Recipients on the left, an office on the right, or one of the two."""
    if row.table is not None or row.furniture or not any(is_recipients(s.text) or _signs(s) for s in row.segments):
        return False
    return _is_of_foot(row, page)


def _is_of_foot(row: Row, page: Page) -> bool:
    if row.furniture:
        return True
    return (
        row.table is None
        and len(row.segments) <= 2
        and all(_side(segment, page) is not None for segment in row.segments)
    )


def _signs(segment: Segment) -> bool:
    text = segment.text
    return is_signing_for(text) or is_signed(text) or (is_role(text) and is_capitals(text))


def _side(segment: Segment, page: Page) -> Column | None:
    """The half of the page that the segment keeps to; None where it reaches far into both."""
    middle = page.width / 2
    if segment.x1 <= middle * 1.06:
        return "left"
    if segment.x0 >= middle * 0.8:
        return "right"
    return None


def _columns(rows: Iterable[tuple[Row, Page]]) -> list[RawParagraph]:
    """The left halves, then the right ones, then what is furniture."""
    left: list[RawParagraph] = []
    right: list[RawParagraph] = []
    edge: list[RawParagraph] = []
    for row, page in rows:
        for segment in row.segments:
            side = _side(segment, page)
            line = RawParagraph(text=segment.text, bold=segment.bold, column=side, furniture=row.furniture)
            (edge if row.furniture else right if side == "right" else left).append(line)
    return left + right + edge


def _body(block: Sequence[tuple[Row, Page]]) -> list[RawParagraph]:
    """Lines to paragraphs: joined where a line reaches the right edge and the next one neither stands alone nor begins anew."""
    rows = [row for row, _ in block if row.table is None and not row.furniture]
    left = min((row.segments[0].x0 for row in rows), default=0.0)
    right = max((row.segments[-1].x1 for row in rows), default=0.0)
    leading = _usual_leading(rows)
    out: list[RawParagraph] = []
    edge: list[RawParagraph] = []  # page numbers, kept apart so that a paragraph can go on over the page
    before: Row | None = None
    was_centred = False
    for row, page in block:
        if row.table is not None:
            out += flatten(row.table)
            before = None
            continue
        if row.furniture:
            edge.append(RawParagraph(text=row.text, furniture=True))
            continue
        centred = _is_centred(row, left, right, page)
        new = was_centred and not centred
        if (
            before is not None
            and out
            and not new
            and _goes_on(before, row, right=right, leading=leading, centred=centred)
        ):
            joined = join_lines(out[-1].text, row.text)
            out[-1] = replace(out[-1], text=joined, bold=out[-1].bold and row.segments[0].bold)
        else:
            bold = all(segment.bold for segment in row.segments)
            out.append(RawParagraph(text=row.text, bold=bold, alignment="center" if centred else None))
        before, was_centred = row, centred
    return out + edge


def _usual_leading(rows: Sequence[Row]) -> float:
    steps = sorted(b.top - a.top for a, b in pairwise(rows) if b.top > a.top)
    return steps[len(steps) // 3] if steps else 0.0


def _is_centred(row: Row, left: float, right: float, page: Page) -> bool:
    first, last = row.segments[0], row.segments[-1]
    off = abs((first.x0 + last.x1) / 2 - (left + right) / 2)
    indents = first.x0 - left, right - last.x1
    return off < page.width * 0.02 and min(indents) > page.width * 0.02


def _goes_on(before: Row, row: Row, *, right: float, leading: float, centred: bool) -> bool:
    text, above = row.text, before.text
    first, last = row.segments[0], before.segments[-1]
    if len(row.segments) > 1 or len(before.segments) > 1 or split_marker(text) or _alone(text) or _alone(above):
        return False
    if _is_heading_line(text) != _is_heading_line(above) or first.bold != last.bold:
        return False
    if centred:
        return before.segments[0].bold == first.bold and (
            text[:1].islower() or (is_capitals(text) and is_capitals(above))
        )
    step = row.top - before.top
    if leading and step > leading * 1.6:
        return False
    word = (first.x1 - first.x0) / max(len(text), 1) * (len(text.split(maxsplit=1)[0]) + 1)
    full = last.x1 + word > right - 0.25 * first.height
    indented = first.x0 - before.segments[0].x0 > 0.6 * first.height and split_marker(above) is None
    return full and not (indented and not text[:1].islower())


def _is_heading_line(text: str) -> bool:
    """In capitals, and more than an abbreviation that was carried over to the next line."""
    return is_capitals(text) and len(text.split()) > 2


def _alone(text: str) -> bool:
    tests = (
        is_rule,
        is_motto,
        is_document_number,
        is_addressee_line,
        is_recipients,
        is_filed,
        is_signed,
        is_signing_for,
        is_title,
    )
    return any(test(text) for test in tests)


def is_addressee_line(text: str) -> bool:
    """Whether `text` is an address that ends on its own line."""
    return is_addressee(text) and text.rstrip().endswith((".", "!", ":"))
