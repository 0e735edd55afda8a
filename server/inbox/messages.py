"""What is done with a message from above: received, seen, taken into a bulletin, answered.

Emergency ones are announced to everybody who may order an emergency; urgent ones to the officers; normal ones wait in the box.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlmodel import Session, col, func, select

from protocol.priorities import Priority
from server import areas, audit, notices
from server.bulletins import intake
from server.database import Database
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.inbox.feed import Answer, Sent
from server.people import rights
from server.settings import Settings
from server.tables import Area, InboxMessage, InboxStatus, Person
from server.tables.columns import now

log = structlog.get_logger(__name__)
_ANNOUNCED = {Priority.EMERGENCY: "khẩn cấp", Priority.URGENT: "ưu tiên"}


def receive(session: Session, source: str, sent: Sent) -> InboxMessage | None:
    """Put a message into the box; None when it is there already. Only inside `Database.write()`.

    An area that is none of ours means the station's top: better too many see it than nobody.
    """
    known = session.exec(
        select(InboxMessage.id).where(InboxMessage.source == source, InboxMessage.remote_id == sent.remote_id)
    ).first()
    if known is not None:
        return None
    area = _area(session, sent.area)
    field = sent.field if sent.field in intake.FIELDS else "general"
    row = InboxMessage(**sent.model_dump(exclude={"area", "field"}), source=source, area_id=area.id, field=field)
    session.add(row)
    session.flush()
    audit.record(session, audit.STATION, "inbox.receive", row.id, source=source, remote_id=sent.remote_id)
    if sent.priority in _ANNOUNCED:
        _announce(session, row, area)
    log.info("message from above", message=row.id, source=source, priority=sent.priority.name)
    return row


def in_inbox(
    session: Session, person: Person, *, open_only: bool, limit: int, before_id: str = ""
) -> list[InboxMessage]:
    """Messages for the person's place and below, the newest first."""
    query = select(InboxMessage).where(col(InboxMessage.area_id).in_(rights.reach(session, person)))
    if open_only:
        query = query.where(InboxMessage.status != InboxStatus.ANSWERED)
    if before_id:
        query = query.where(col(InboxMessage.id) < before_id)
    return list(session.exec(query.order_by(col(InboxMessage.id).desc()).limit(limit)))


def unopened(session: Session, person: Person) -> int:
    """How many messages for the person's place and below nobody has opened."""
    new = select(func.count()).where(InboxMessage.status == InboxStatus.NEW)
    return session.exec(new.where(col(InboxMessage.area_id).in_(rights.reach(session, person)))).one()


def open_message(session: Session, person: Person, message_id: str) -> InboxMessage:
    """The person reads it: from now on it has been seen, by whom and when. Raises NotFoundError."""
    row = _visible(session, person, message_id)
    if row.status is InboxStatus.NEW:
        row.status, row.seen_by, row.seen_at = InboxStatus.SEEN, person.id, now()
        session.add(row)
        audit.record(session, person.id, "inbox.see", row.id)
    return row


def take(
    database: Database, settings: Settings, person: Person, message_id: str, text: str | None = None
) -> InboxMessage:
    """Make a bulletin of it, with its class and field; `text` only where the words may be changed.

    It is approved like any other before it sounds. Raises NotFoundError, ForbiddenError, ConflictError, InvalidInputError.
    """
    with database.read() as session:
        row = _to_take(session, person, message_id)
    if text is not None and not row.may_edit and text.split() != row.text.split():
        raise InvalidInputError("Nơi gửi không cho sửa lời của tin này. Hãy phát đúng nguyên văn.")
    request = intake.Request(title=row.title, area_id=row.area_id, priority=row.priority, field=row.field)
    bulletin, _ = intake.from_text(database, settings, person, request, row.text if text is None else text)
    with database.write() as session:  # asked again: two may have taken it, or one answered, while the text was read
        row = _to_take(session, person, message_id)
        row.status, row.bulletin_id, row.taken_at = InboxStatus.TAKEN, bulletin.id, now()
        row.seen_by, row.seen_at = row.seen_by or person.id, row.seen_at or row.taken_at
        session.add(row)
        audit.record(session, person.id, "inbox.take", row.id, bulletin=bulletin.id)
    return row


def _to_take(session: Session, person: Person, message_id: str) -> InboxMessage:
    row = _visible(session, person, message_id)
    if row.bulletin_id is not None:
        raise ConflictError("Tin này đã được đưa vào bản tin.")
    if row.status is InboxStatus.ANSWERED:
        raise ConflictError("Tin này đã được trả lời, không đưa vào bản tin nữa.")
    return row


def answer(session: Session, person: Person, message_id: str, what: Answer, note: str) -> InboxMessage:
    """Say what became of it; the feed takes it up. Raises NotFoundError, ForbiddenError, ConflictError, InvalidInputError."""
    row = _visible(session, person, message_id)
    rights.require(session, person, rights.Action.WRITE, row.area_id, row.priority)
    if row.status is InboxStatus.ANSWERED:
        raise ConflictError("Tin này đã được trả lời.")
    note = " ".join(note.split())
    if what is Answer.DECLINED and row.must_air:
        raise ConflictError("Tin này bắt buộc phát nên không từ chối được.")
    if what is Answer.DECLINED and len(note) < 3:
        raise InvalidInputError("Hãy ghi lý do không phát tin này.")
    _answered(row, what, note, person.id)
    session.add(row)
    audit.record(session, person.id, "inbox.answer", row.id, answer=what.value, note=note)
    return row


def overdue(session: Session, at: datetime) -> int:
    """Tell the officers of what must be aired and nobody has taken up when its deadline passes; how many."""
    rows = session.exec(
        select(InboxMessage).where(
            col(InboxMessage.deadline) < at, col(InboxMessage.status).in_((InboxStatus.NEW, InboxStatus.SEEN))
        )
    ).all()
    for row in rows:
        area = areas.find(session, row.area_id)
        for person in _concerned(session, area, row.priority):
            text = f"Tin “{row.title}” của cấp trên đã quá hạn phát mà chưa ai xử lý."
            notices.tell(session, person, "inbox_overdue", row.id, text, "/hop-thu")
    return len(rows)


def unanswered_upwards(session: Session, source: str) -> list[tuple[str, str, Answer, str]]:
    """(id, remote id, answer, note) of what the feed has not been told yet."""
    rows = session.exec(
        select(InboxMessage).where(
            InboxMessage.source == source,
            InboxMessage.status == InboxStatus.ANSWERED,
            col(InboxMessage.answer_sent_at).is_(None),
        )
    )
    return [(row.id, row.remote_id, Answer(row.answer), row.answer_note) for row in rows]


def _answered(row: InboxMessage, what: Answer, note: str, by: str) -> None:
    row.status, row.answer, row.answer_note = InboxStatus.ANSWERED, what.value, note
    row.answered_by, row.answered_at = by, now()


def _area(session: Session, code: str) -> Area:
    found = session.exec(select(Area).where(Area.code == code)).first() if code else None
    top = select(Area).where(col(Area.parent_id).is_(None)).order_by(col(Area.id))
    return found or session.exec(top).first() or areas.find(session, code)


def _visible(session: Session, person: Person, message_id: str) -> InboxMessage:
    row = session.get(InboxMessage, message_id)
    if row is None or row.area_id not in rights.reach(session, person):
        raise NotFoundError("Không có tin này trong hộp thư.")
    return row


def _announce(session: Session, row: InboxMessage, area: Area) -> None:
    for person in _concerned(session, area, row.priority):
        text = f"Cấp trên gửi tin {_ANNOUNCED[row.priority]}: “{row.title}”."
        notices.tell(session, person, "inbox", row.id, text, "/hop-thu")


def _concerned(session: Session, area: Area, priority: Priority) -> Sequence[Person]:
    """Who may do something about it: for an emergency who may order one, else who writes."""
    needed = rights.Action.EMERGENCY if priority is Priority.EMERGENCY else rights.Action.WRITE
    above = [found.id for found in areas.chain(session, area.id)]
    people = session.exec(select(Person).where(col(Person.area_id).in_(above), col(Person.active).is_(True))).all()
    return [person for person in people if rights.may(session, person, needed, area.id, priority)]
