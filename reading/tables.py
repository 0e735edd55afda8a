"""A row of a table becomes a sentence a listener can follow: "Thôn Nà Ít: thứ hai, bảy giờ"."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from reading.document import Block
from reading.script import Flag, Token

_ORDER_COLUMN = re.compile(r"^(?:stt|tt|số tt|số thứ tự|thứ tự|no\.?|#)$", re.IGNORECASE)
_PLACE_COLUMN = re.compile(
    r"^(?:tên\s+)?(thôn|xóm|bản|ấp|tổ|khu|xã|phường|lớp|trường|buôn|làng|tổ dân phố|khu phố|đội)$", re.IGNORECASE
)
_SAYS_NOTHING = re.compile(r"^[\s\-–—./x…]*$", re.IGNORECASE)
_BARE = re.compile(r"^[\d.,\s/%+x-]+$")
_HEADING_ROW = "Tên các cột của bảng: được đọc cùng từng dòng."
_ORDER = "Số thứ tự của bảng: không đọc."
_EMPTY_ROW = "Dòng trống của bảng."

Read = Callable[[str], tuple[tuple[Token, ...], tuple[Flag, ...]]]


class Row(NamedTuple):
    """A row, read. Spans count in `written`, the cells joined by " | "."""

    written: str
    tokens: tuple[Token, ...]
    flags: tuple[Flag, ...]
    skipped_reason: str


def read_row(block: Block, read: Read) -> Row:
    """Read a table row with `read` for each cell; the first cell that says something is announced, the others follow."""
    cells = [unicodedata.normalize("NFC", cell) for cell in block.cells]
    header = [unicodedata.normalize("NFC", name) for name in block.header] or [""] * len(cells)
    tokens: list[Token] = []
    flags: list[Flag] = []
    position = 0
    said = 0
    for number, (cell, name) in enumerate(zip(cells, header, strict=False)):
        if number:
            tokens.append(_mark(position + 1, "|", "" if not said else ":" if said == 1 and len(cells) > 2 else ","))
            position += 3
        if _ORDER_COLUMN.match(name.strip()) and re.fullmatch(r"\s*[\dIVXa-z]{1,4}[.)]?\s*", cell):
            tokens += [_skipped(position, word, _ORDER) for word in re.finditer(r"\S+", cell)]
        elif _SAYS_NOTHING.match(cell):
            tokens += [_skipped(position, word, "Ô trống.") for word in re.finditer(r"\S+", cell)]
        else:
            tokens += _announced(position, cell, name, said, read)
            own, doubts = read(cell)
            tokens += [
                token.model_copy(update={"start": token.start + position, "end": token.end + position}) for token in own
            ]
            flags += [
                flag.model_copy(update={"start": flag.start + position, "end": flag.end + position}) for flag in doubts
            ]
            said += 1
        position += len(cell)
    heading = bool(block.header) and tuple(block.cells) == tuple(block.header)
    reason = _HEADING_ROW if heading else "" if said else _EMPTY_ROW
    return Row(" | ".join(cells), tuple(tokens), tuple(flags), reason)


def _announced(position: int, cell: str, name: str, said: int, read: Read) -> list[Token]:
    """The column's name before a cell that means nothing without it."""
    name = " ".join(name.split())
    place = _PLACE_COLUMN.match(name)
    if not said and place and not cell.casefold().startswith(place[1].casefold()):
        words = place[1].lower()
    elif said and name and _BARE.match(cell):
        words = name
    else:
        return []
    spoken = " ".join(token.spoken for token in read(words)[0] if token.spoken)
    return [Token(start=position, end=position, written="", spoken=spoken, rule="table: column name", confidence=0.9)]


def _mark(position: int, written: str, spoken: str) -> Token:
    skipped = "" if spoken else "Vạch ngăn cột."
    return Token(
        start=position,
        end=position + 1,
        written=written,
        spoken=spoken,
        rule="table: column",
        confidence=1.0,
        skipped=skipped,
    )


def _skipped(position: int, word: "re.Match[str]", reason: str) -> Token:
    start, end = position + word.start(), position + word.end()
    return Token(start=start, end=end, written=word[0], spoken="", rule="table: column", confidence=1.0, skipped=reason)
