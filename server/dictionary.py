"""The dictionaries of communes and provinces: how an area says its own words.

The rows of a commune and of the province above it are layers of the reading room's Lexicon. A village has none of its own: its
commune's holds.
"""

import codecs
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from reading import Dialect, Layer, Lexicon, Row, Sounding, format_table, how_it_sounds, parse_table
from server import areas, audit
from server.errors import InvalidInputError, NotFoundError
from server.people import rights
from server.tables import Area, AreaLevel, DictionaryRow, Person
from server.tables.columns import now

_LAYERS = {AreaLevel.PROVINCE: Layer.PROVINCE, AreaLevel.COMMUNE: Layer.COMMUNE}
_ERRORS_SHOWN = 5


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    same: int


def home(session: Session, area_id: str) -> Area:
    """The area whose dictionary holds there: itself, or a village's commune. Raises NotFoundError."""
    area = areas.find(session, area_id)
    return next((above for above in areas.chain(session, area.id) if above.level in _LAYERS), area)


def layer_of(area: Area) -> Layer:
    """Where the rows of this area stand in the Lexicon."""
    return _LAYERS.get(area.level, Layer.COMMUNE)


def rows_over(session: Session, area_id: str) -> list[tuple[Area, DictionaryRow]]:
    """Every row that holds in the area, the nearest first, each area's in order of the written form."""
    found: list[tuple[Area, DictionaryRow]] = []
    for area in areas.chain(session, area_id):
        rows = session.exec(select(DictionaryRow).where(DictionaryRow.area_id == area.id)).all()
        found += ((area, row) for row in sorted(rows, key=lambda row: (row.written.casefold(), row.id)))
    return found


def lexicon(session: Session, area_id: str) -> Lexicon:
    """The dictionary that documents of this area are read with."""
    layers: dict[Layer, list[Row]] = {}
    for area, row in rows_over(session, area_id):
        layers.setdefault(layer_of(area), []).append(as_row(row))
    words = Lexicon.national()
    for layer, rows in layers.items():
        words = words.with_rows(layer, rows)
    return words


def as_row(row: DictionaryRow) -> Row:
    """The row as the reading room knows it."""
    return Row(
        written=row.written,
        spoken=row.spoken,
        after=tuple(row.after),
        before=tuple(row.before),
        among=tuple(row.among),
        source=row.source,
        note=row.note,
    )


def checked(row: Row) -> Row:
    """The row as it would be kept. Raises InvalidInputError, in the words of an import."""
    plain = Row(
        written=_plain(row.written),
        spoken=_plain(row.spoken),
        after=tuple(map(_plain, row.after)),
        before=tuple(map(_plain, row.before)),
        among=tuple(map(_plain, row.among)),
        source=_plain(row.source),
        note=_plain(row.note),
    )
    if not plain.written:
        raise InvalidInputError("Chưa có chữ viết. Hãy nhập chữ đúng như trong văn bản.")
    if not plain.spoken:
        raise InvalidInputError(f"“{plain.written}” chưa có cách đọc. Hãy viết lời đọc bằng chữ.")
    table = parse_table(format_table((plain,)))
    if table.errors:
        raise InvalidInputError(table.errors[0].message)
    if not table.rows:
        raise InvalidInputError(
            f"Không đưa “{plain.written}” vào từ điển được: chữ viết không được bắt đầu bằng dấu #."
        )
    return table.rows[0]


def put(session: Session, person: Person, area_id: str, row: Row) -> DictionaryRow:
    """Add a row, or change the one for the same written form in the same company.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    area = _own(session, person, area_id)
    kept, before = _put(session, person, area, checked(row), _by_key(session, area))
    if before != as_row(kept):
        _recorded(session, person, "change" if before else "add", area.id, _changes([(before, kept)])[0])
    return kept


def remove(session: Session, person: Person, row_id: str) -> None:
    """Take a row out. Raises NotFoundError, ForbiddenError."""
    row = session.get(DictionaryRow, row_id)
    if row is None or not rights.may(session, person, rights.Action.READ, row.area_id):
        raise NotFoundError("Không có dòng này trong từ điển. Hãy tải lại trang.")
    rights.require(session, person, rights.Action.DICTIONARY, row.area_id)
    session.delete(row)
    _recorded(session, person, "remove", row.area_id, as_row(row).model_dump(mode="json"))


def import_table(session: Session, person: Person, area_id: str, content: bytes) -> Imported:
    """Add and change the rows of a tab-separated table: all of them, or none. Rows that it does not name stay.

    Raises NotFoundError, ForbiddenError, InvalidInputError (each wrong line with its number).
    """
    area = _own(session, person, area_id)
    table = parse_table(_text(content))
    problems = [f"Dòng {error.line}: {error.message}" for error in table.errors] + _contradictions(table.rows)
    if problems:
        left = len(problems) - _ERRORS_SHOWN
        more = f" Và {left} dòng khác." if left > 0 else ""
        raise InvalidInputError(f"Chưa nhập dòng nào. {' '.join(problems[:_ERRORS_SHOWN])}{more}")
    if not table.rows:
        raise InvalidInputError("Tệp không có dòng nào. Mỗi dòng cần chữ viết và cách đọc, cách nhau bằng phím Tab.")
    known = _by_key(session, area)
    kept = [_put(session, person, area, row, known) for row in table.rows]
    added = [(before, row) for row, before in kept if before is None]
    changed = [(before, row) for row, before in kept if before is not None and before != as_row(row)]
    if added or changed:
        _recorded(session, person, "import", area.id, _changes([*added, *changed]))
    return Imported(added=len(added), changed=len(changed), same=len(kept) - len(added) - len(changed))


def export_table(session: Session, area_id: str) -> str:
    """The area's own rows (of its commune, for a village) as tab-separated text."""
    area = home(session, area_id)
    return format_table(tuple(as_row(row) for owner, row in rows_over(session, area.id) if owner.id == area.id))


def sounding(session: Session, dialect: Dialect, area_id: str, row: Row) -> Sounding:
    """How the row will sound there. Raises NotFoundError, InvalidInputError."""
    area = home(session, area_id)
    return how_it_sounds(checked(row), lexicon=lexicon(session, area.id), dialect=dialect, layer=layer_of(area))


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of one field of a form, separated by ";"."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _own(session: Session, person: Person, area_id: str) -> Area:
    area = home(session, area_id)
    rights.require(session, person, rights.Action.DICTIONARY, area.id)
    return area


def _by_key(session: Session, area: Area) -> dict[str, DictionaryRow]:
    return {row.key: row for row in session.exec(select(DictionaryRow).where(col(DictionaryRow.area_id) == area.id))}


def _put(
    session: Session, person: Person, area: Area, row: Row, known: dict[str, DictionaryRow]
) -> tuple[DictionaryRow, Row | None]:
    """The row as kept now, and what was there before."""
    key = _key(row)
    kept = known.get(key)
    before = as_row(kept) if kept else None
    if kept is not None and before == row:
        return kept, before
    kept = kept or DictionaryRow(area_id=area.id, key=key, written=row.written, spoken="", set_by=person.id)
    kept.spoken, kept.source, kept.note = row.spoken, row.source, row.note
    kept.after, kept.before, kept.among = list(row.after), list(row.before), list(row.among)
    kept.set_by, kept.set_at = person.id, now()
    session.add(kept)
    return kept, before


def _changes(changes: list[tuple[Row | None, DictionaryRow]]) -> list[dict[str, Any]]:
    """For the log: the rows as they are now, with what was said before."""
    return [
        {**as_row(row).model_dump(mode="json"), **({"spoken_before": before.spoken} if before else {})}
        for before, row in changes
    ]


def _recorded(session: Session, person: Person, act: str, area_id: str, change: Any) -> None:
    session.flush()
    audit.record(session, person.id, f"dictionary.{act}", area_id, change=change)


def _contradictions(rows: Iterable[Row]) -> list[str]:
    seen: dict[str, Row] = {}
    return [
        f"“{row.written}” có hai cách đọc (“{other.spoken}”, “{row.spoken}”): hãy giữ một, hoặc ghi rõ khi nào đọc cách nào."
        for row in rows
        if (other := seen.setdefault(_key(row), row)) is not row
    ]


def _key(row: Row) -> str:
    parts = (row.written, *("; ".join(sorted(phrases)) for phrases in (row.after, row.before, row.among)))
    return hashlib.sha256("\t".join(parts).encode()).hexdigest()


def _plain(text: str) -> str:
    return " ".join(text.split())


def _text(content: bytes) -> str:
    """Text of a file: UTF-8, or the UTF-16 that spreadsheets call "Unicode text"."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "Tệp từ điển không phải văn bản UTF-8. Hãy lưu bảng tính dưới dạng “Văn bản Unicode (cách nhau bằng Tab)” rồi nhập lại."
        ) from error
