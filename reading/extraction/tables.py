"""A table of any format becomes layout (letterhead, closing, a frame around text) or rows of data with their header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reading.extraction.cleaning import clean, fold, squeeze
from reading.extraction.paragraph import Part, RawParagraph
from reading.extraction.phrases import (
    is_document_number,
    is_motto,
    is_recipients,
    is_role,
    is_signed,
    is_signing_for,
    motto_start,
)

_HEADER_WORDS = re.compile(
    r"(s?tt|so tt|so thu tu|ho (va|,) ?ten|ten|thon|ban|to|khu|don vi|thoi gian|ngay|gio|buoi|thu|noi dung|dia diem|"
    r"doi tuong|ghi chu|so luong|dien tich|muc|loai|nam sinh|dia chi|so dien thoai|dien thoai|nguoi|phu trach|chuc vu|"
    r"hang muc|san luong|gia|don gia|thanh tien|tong|chi tieu|ket qua|cong viec|hoat dong|so (ho|tien|khau|nguoi)|lich|"
    r"tuyen|khung gio|thanh phan|chuc danh)\b"
)
_ORDINAL_CELL = re.compile(r"\(?(\d{1,2}|[A-E])\)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the grid. A merged cell stands in each place it covers, marked as a continuation after its first."""

    paragraphs: tuple[RawParagraph, ...]
    continues_left: bool = False
    continues_up: bool = False

    @property
    def text(self) -> str:
        return squeeze(" ".join(clean(f"{p.marker} {p.text}") for p in self.paragraphs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A grid of cells; `header_rows` is what the format itself says, 0 where it says nothing."""

    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int = 0


def flatten(table: Table) -> list[RawParagraph]:
    """The paragraphs and data rows of `table`, in reading order."""
    width = max((len(row) for row in table.rows), default=0)
    part = _part(table)
    if part is not None:
        return _halves(table, part)
    if width == 1:
        return [paragraph for row in table.rows for cell in row for paragraph in cell.paragraphs]
    return _data_rows(table, width)


def rows_of_cells(rows: Sequence[Sequence[str]]) -> list[RawParagraph]:
    """Data rows from plain texts: a pasted spreadsheet, columns of a scan."""
    grid = tuple(tuple(Cell(paragraphs=(RawParagraph(text=text),)) for text in row) for row in rows)
    return flatten(Table(rows=grid))


def _part(table: Table) -> Part | None:
    if len(table.rows) > 6 or max((len(row) for row in table.rows), default=0) not in {2, 3}:
        return None
    lines = [
        line.strip()
        for row in table.rows
        for cell in row
        for paragraph in cell.paragraphs
        for line in clean(paragraph.text).split("\n")
        if line.strip()
    ]
    if any(is_motto(line) or motto_start(line) == 0 or is_document_number(line) for line in lines):
        return "letterhead"
    if any(is_recipients(line) or is_signing_for(line) or is_signed(line) for line in lines):
        return "closing"
    if lines and len(table.rows) <= 3 and any(is_role(line) and line.isupper() for line in lines) and len(lines) <= 10:
        return "closing"
    return None


def _halves(table: Table, part: Part) -> list[RawParagraph]:
    left: list[RawParagraph] = []
    right: list[RawParagraph] = []
    for row in table.rows:
        for at, cell in enumerate(row):
            if cell.continues_left or cell.continues_up:
                continue
            side = left if at == 0 else right
            side.extend(replace(p, part=part, column="left" if at == 0 else "right") for p in cell.paragraphs)
    return left + right


def _data_rows(table: Table, width: int) -> list[RawParagraph]:
    rows = [row + (Cell(paragraphs=()),) * (width - len(row)) for row in table.rows]
    rows = [row for row in rows if any(cell.text for cell in row)]
    caption: list[RawParagraph] = []
    while len(rows) > 1 and _spans(rows[0]):
        caption.extend(rows.pop(0)[0].paragraphs)
    if not rows:
        return caption
    height = table.header_rows or _guess_header_rows(rows)
    height = min(height, len(rows) - 1)
    header = _header(rows[:height])
    out = caption + ([RawParagraph(text=" | ".join(header), cells=header, header=header)] if height else [])
    for at, row in enumerate(rows[height:]):
        texts = tuple("" if cell.continues_left else cell.text for cell in row)
        filled = [text for text in texts if text]
        if at == 0 and height and _counts_columns(texts):
            out.append(RawParagraph(text=" ".join(filled), furniture=True))
        elif _spans(row):
            out.extend(row[0].paragraphs)
        else:
            out.append(RawParagraph(text=" | ".join(texts), cells=texts, header=header))
    return out


def _spans(row: Sequence[Cell]) -> bool:
    """One cell across the whole width: a caption or a section of the table."""
    return sum(not cell.continues_left for cell in row) == 1


def _header(rows: Sequence[tuple[Cell, ...]]) -> tuple[str, ...]:
    """One text a column: the texts above each other, each once."""
    if not rows:
        return ()
    out: list[str] = []
    for column in range(len(rows[0])):
        texts = [row[column].text for row in rows if row[column].text]
        out.append(" ".join(dict.fromkeys(texts)))
    return tuple(out)


def _guess_header_rows(rows: Sequence[tuple[Cell, ...]]) -> int:
    first = rows[0]
    texts = [cell.text for cell in first]
    if len(rows) < 2 or sum(bool(text) for text in texts) < max(2, len(texts) - 1):
        return 0
    if any(len(text) > 80 for text in texts):
        return 0
    known = sum(_HEADER_WORDS.match(fold(text)) is not None for text in texts)
    bold = all(p.bold for cell in first for p in cell.paragraphs if p.text.strip())
    bold_below = all(p.bold for cell in rows[1] for p in cell.paragraphs if p.text.strip())
    digits = sum(any(char.isdigit() for char in text) for text in texts)
    if digits * 2 > len(texts) or not (known * 2 >= len(texts) or (bold and not bold_below)):
        return 0
    deep = any(cell.continues_left for cell in first) and any(cell.continues_up for cell in rows[1])
    return 2 if deep and len(rows) > 2 else 1


def _counts_columns(texts: Sequence[str]) -> bool:
    """Like "(1) (2) (3)" under a header."""
    found = [_ORDINAL_CELL.fullmatch(text) for text in texts]
    numbers = [match[1] for match in found if match is not None]
    digits = [int(number) for number in numbers if number.isdigit()]
    return len(numbers) == len(texts) >= 3 and len(digits) >= 2 and all(b - a == 1 for a, b in pairwise(digits))
