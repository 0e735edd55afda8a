"""Dictionaries as tab-separated text: what a commune edits in a spreadsheet, sends and gets back."""

import unicodedata

from pydantic import BaseModel, ConfigDict

from reading.lexicon.row import Row

COLUMNS = ("chữ viết", "cách đọc", "đứng sau", "đứng trước", "trong câu có", "nguồn", "ghi chú")
MAX_ROWS = 20_000
MAX_FIELD = 500


class RowError(BaseModel):
    """A line that was not taken."""

    model_config = ConfigDict(frozen=True)

    line: int
    """From 1, the heading included."""
    message: str
    """Vietnamese: what is wrong and how to mend it."""


class ImportedTable(BaseModel):
    """What a table gave: the good rows, and the errors to show beside them."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]
    errors: tuple[RowError, ...]


def parse_table(text: str) -> ImportedTable:
    """Read a dictionary: tab-separated text under the heading of COLUMNS, of which the first two are required.

    Several phrases in one field are separated by ";". Four signs stand for more: "#" a digit, "*" a name (a capital letter
    or a digit), "^" the beginning and "$" the end of the sentence. Rows for one written form that say different things
    without condition are allowed: the place is then shown as ambiguous. Lines that start with "#" and empty lines are
    left out. A wrong line is reported and does not hinder the others.
    """
    rows: list[Row] = []
    errors: list[RowError] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, line in enumerate(unicodedata.normalize("NFC", text.removeprefix("\ufeff")).splitlines(), 1):
        if not line.strip() or line.startswith("#") or line.split("\t")[0].strip().casefold() == COLUMNS[0]:
            continue
        if len(rows) >= MAX_ROWS:
            errors.append(RowError(line=number, message=f"Từ điển dài quá {MAX_ROWS} dòng: hãy chia làm nhiều tệp."))
            break
        parsed = _parse_line(line)
        if isinstance(parsed, str):
            errors.append(RowError(line=number, message=parsed))
            continue
        key = (parsed.written, parsed.spoken, parsed.after, parsed.before, parsed.among)
        if key in seen:
            errors.append(
                RowError(line=number, message=f"“{parsed.written}” đã có ở dòng {seen[key]}: hãy giữ lại một dòng.")
            )
            continue
        seen[key] = number
        rows.append(parsed)
    return ImportedTable(rows=tuple(rows), errors=tuple(errors))


def format_table(rows: tuple[Row, ...]) -> str:
    """The rows as tab-separated text with a heading; `parse_table` gives the same rows back."""
    lines = ["\t".join(COLUMNS)]
    lines += [
        "\t".join((
            row.written, row.spoken, "; ".join(row.after), "; ".join(row.before), "; ".join(row.among), row.source, row.note,
        )).rstrip("\t")
        for row in rows
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _parse_line(line: str) -> Row | str:
    fields = [field.strip() for field in line.split("\t")]
    wrong = _wrong_shape(fields) or _wrong_text(fields)
    if wrong:
        return wrong
    fields += [""] * (len(COLUMNS) - len(fields))
    phrases = [tuple(part.strip() for part in field.split(";") if part.strip()) for field in fields[2:5]]
    return Row(
        written=fields[0],
        spoken=fields[1],
        after=phrases[0],
        before=phrases[1],
        among=phrases[2],
        source=fields[5],
        note=fields[6],
    )


def _wrong_shape(fields: list[str]) -> str:
    if len(fields) < 2:
        return "Dòng chỉ có một cột: cần chữ viết và cách đọc, cách nhau bằng phím Tab."
    if len(fields) > len(COLUMNS):
        return f"Dòng có {len(fields)} cột, nhiều nhất là {len(COLUMNS)}: hãy xóa dấu Tab thừa."
    if not fields[0]:
        return "Thiếu chữ viết ở cột đầu."
    if not fields[1]:
        return f"“{fields[0]}” chưa có cách đọc: hãy điền cột thứ hai."
    return ""


def _wrong_text(fields: list[str]) -> str:
    if any(len(field) > MAX_FIELD for field in fields):
        return f"Một ô dài quá {MAX_FIELD} ký tự: hãy rút ngắn."
    if any(unicodedata.category(character) in {"Cc", "Co", "Cs"} for field in fields for character in field):
        return "Dòng có ký tự điều khiển không đọc được: hãy gõ lại."
    if not any(character.isalpha() for character in fields[1]):
        return f"Cách đọc của “{fields[0]}” không có chữ nào: hãy viết lời đọc bằng chữ."
    digit = next((character for character in fields[1] if character.isdigit()), "")
    return f"Cách đọc của “{fields[0]}” còn chữ số {digit}: hãy viết bằng chữ." if digit else ""
