"""Programmes as they are kept."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from server import areas, audit
from server.errors import InvalidInputError, NotFoundError
from server.people import rights
from server.programmes.layout import Entry, EntryKind, lay_out
from server.tables import Bulletin, Person, Programme, Relay
from server.tables.columns import now

MOST_ENTRIES = 50
LONGEST_SLOT_S = 4 * 3600
_LONGEST_TITLE = 300


def create(
    session: Session,
    person: Person,
    *,
    title: str,
    area_id: str,
    slot_s: int,
    pause_s: float = 1.0,
    entries: Sequence[Entry],
) -> Programme:
    """A new programme, which may still be empty. What is known to be too long for its slot is refused at once.

    Raises NotFoundError (area, item), ForbiddenError, InvalidInputError.
    """
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.SCHEDULE, area.id)
    made = Programme(
        title=_title(title), area_id=area.id, slot_s=slot_s, pause_s=pause_s, items=_items(entries), author_id=person.id
    )
    _check(session, person, made)
    session.add(made)
    session.flush()
    audit.record(session, person.id, "programme.create", made.id, title=made.title, area=area.id, items=made.items)
    return made


def change(
    session: Session,
    person: Person,
    programme_id: str,
    *,
    title: str | None = None,
    slot_s: int | None = None,
    pause_s: float | None = None,
    entries: Sequence[Entry] | None = None,
) -> Programme:
    """What it shall be from now on; what is on the schedule already stays as it was. Raises as `create`."""
    made = find(session, person, programme_id)
    rights.require(session, person, rights.Action.SCHEDULE, made.area_id)
    made.title = made.title if title is None else _title(title)
    made.slot_s = made.slot_s if slot_s is None else slot_s
    made.pause_s = made.pause_s if pause_s is None else pause_s
    made.items = made.items if entries is None else _items(entries)
    made.changed_at = now()
    _check(session, person, made)
    session.add(made)
    audit.record(
        session, person.id, "programme.change", made.id, title=made.title, slot_s=made.slot_s, items=made.items
    )
    return made


def find(session: Session, person: Person, programme_id: str) -> Programme:
    """A programme that the person may see. Raises NotFoundError."""
    made = session.get(Programme, programme_id)
    if made is None or made.retired_at or not rights.may(session, person, rights.Action.READ, made.area_id):
        raise NotFoundError("Không có chương trình này.")
    return made


def visible(session: Session, person: Person) -> list[Programme]:
    """The programmes that the person may see, the newest first."""
    return list(
        session.exec(
            select(Programme)
            .where(col(Programme.area_id).in_(rights.reach(session, person)), col(Programme.retired_at).is_(None))
            .order_by(col(Programme.id).desc())
            .limit(200)
        )
    )


def retire(session: Session, person: Person, programme_id: str) -> Programme:
    """Put it away; what is on the schedule stays until it is withdrawn. Raises NotFoundError, ForbiddenError."""
    made = find(session, person, programme_id)
    rights.require(session, person, rights.Action.SCHEDULE, made.area_id)
    made.retired_at = now()
    session.add(made)
    audit.record(session, person.id, "programme.retire", made.id)
    return made


def entries_of(programme: Programme) -> list[Entry]:
    """Its items."""
    return [Entry.model_validate(item) for item in programme.items]


def _check(session: Session, person: Person, made: Programme) -> None:
    """Every item is one that the person may see, and the known lengths fit."""
    if not 60 <= made.slot_s <= LONGEST_SLOT_S:
        raise InvalidInputError("Khung giờ của chương trình phải từ 1 phút đến 4 giờ.")
    if not 0 <= made.pause_s <= 60:
        raise InvalidInputError("Khoảng lặng giữa hai mục phải từ 0 đến 60 giây.")
    entries = entries_of(made)
    for entry in entries:
        _check_kind(session, entry)
        place = _place_of(session, entry)
        if place is None or not rights.may(session, person, rights.Action.READ, place):
            raise NotFoundError("Chương trình có mục không tồn tại. Hãy chọn lại bản tin hoặc nguồn tiếp sóng.")
    laid_out = lay_out(session, entries, slot_s=made.slot_s, pause_s=made.pause_s)
    if entries and laid_out.problem and not any(part.problem for part in laid_out.parts):
        raise InvalidInputError(laid_out.problem)


def _place_of(session: Session, entry: Entry) -> str | None:
    if entry.kind is EntryKind.RELAY:
        relay = session.get(Relay, entry.id)
        return relay.area_id if relay else None
    bulletin = session.get(Bulletin, entry.id)
    return bulletin.area_id if bulletin else None


def _check_kind(session: Session, entry: Entry) -> None:
    bulletin = None if entry.kind is EntryKind.RELAY else session.get(Bulletin, entry.id)
    if bulletin is not None and entry.kind.value != (bulletin.sound or EntryKind.BULLETIN).value:
        raise InvalidInputError(
            f"“{bulletin.title}” không phải loại mục đã chọn. Hãy chọn lại mục này trong danh sách."
        )


def _items(entries: Sequence[Entry]) -> list[dict[str, object]]:
    if len(entries) > MOST_ENTRIES:
        raise InvalidInputError(f"Một chương trình có nhiều nhất {MOST_ENTRIES} mục.")
    return [entry.model_dump(mode="json") for entry in entries]


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > _LONGEST_TITLE:
        raise InvalidInputError(f"Chương trình phải có tên, không quá {_LONGEST_TITLE} ký tự.")
    return title
