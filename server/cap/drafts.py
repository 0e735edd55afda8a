"""An alert becomes a draft of class and place, with its expiry; a later message about it takes its place or ends it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol.priorities import Priority
from server import areas, audit, notices
from server.bulletins import intake
from server.cap import judgement
from server.cap.message import CapError, CapInfo, CapMessage
from server.database import Database
from server.errors import ConflictError
from server.people import rights
from server.settings import Settings
from server.tables import Area, CapAlert, CapState, Emergency, Occurrence, Person, Speaker, Version
from server.tables.columns import now

log = structlog.get_logger(__name__)
_LONGEST_TITLE = 300
_TAKEN = {"Alert", "Update", "Cancel"}


@dataclass(frozen=True)
class _Judged:
    hazard: str
    priority: Priority
    place: Area
    area_ids: list[str]
    unknown: list[str]


def import_alert(
    database: Database, settings: Settings, person: Person, message: CapMessage, area_id: str = ""
) -> CapAlert:
    """Take a message in. An Alert or Update becomes a draft bulletin; Update and Cancel end what they refer to.

    `area_id`: where the draft belongs; empty lets the alert say. The same message twice is taken once. Raises CapError (not for
    the public, nothing to read), ConflictError (expired, known), ForbiddenError, NotFoundError.
    """
    info = _readable(message)
    at = now()
    if info is not None and info.expires is not None and info.expires <= at and message.msg_type != "Cancel":
        local = info.expires.astimezone(ZoneInfo(settings.timezone))
        raise ConflictError(f"Cảnh báo này đã hết hiệu lực lúc {local:%H:%M} ngày {local:%d/%m/%Y} nên không nhập.")
    with database.write() as session:
        judged = _judged(session, person, info, area_id)
        rights.require(session, person, rights.Action.EMERGENCY, judged.place.id, Priority.EMERGENCY)
        row = _known(session, message)
        if row is not None and (row.bulletin_id is not None or message.msg_type == "Cancel"):
            raise ConflictError("Cảnh báo này đã được nhập trước đây.")
        if row is None:
            row = _row(session, person, message, info, judged)
            _end_earlier(session, person, message)
    if info is None or message.msg_type == "Cancel":
        return row
    request = intake.Request(
        title=(info.headline or info.event)[:_LONGEST_TITLE], area_id=judged.place.id, priority=judged.priority, field="unexpected"
    )  # fmt: skip
    bulletin, _ = intake.from_text(database, settings, person, request, spoken_text(message, info, settings.timezone))
    with database.write() as session:  # the row anew: it may have been taken back while the text was read
        row = session.get_one(CapAlert, row.id)
        row.bulletin_id = bulletin.id
        session.add(row)
    return row


def spoken_text(message: CapMessage, info: CapInfo, zone: str) -> str:
    """What would be read: headline, description, what to do, who says so and until when."""
    head = info.headline or info.event
    parts = [head, info.description, info.instruction]
    if info.sender_name:
        parts.append(f"Nguồn: {info.sender_name}")
    if info.expires is not None:
        local = info.expires.astimezone(ZoneInfo(zone))
        parts.append(f"Cảnh báo có hiệu lực đến {local.hour} giờ {local.minute:02d} phút ngày {local:%d/%m/%Y}")
    if message.test:
        parts = ["Đây là diễn tập", *parts, "Đây là diễn tập"]
    return "\n".join(
        part.strip() if part.strip().endswith((".", "!", "?")) else f"{part.strip()}." for part in parts if part.strip()
    )


def in_force(session: Session, version_id: str, at: datetime) -> CapAlert | None:
    """The alert that a version was drafted from, if any. Raises ConflictError when it was taken back, replaced, or is over."""
    row = session.exec(
        select(CapAlert)
        .join(Version, col(Version.bulletin_id) == col(CapAlert.bulletin_id))
        .where(col(Version.id) == version_id)
    ).first()
    if row is None:
        return None
    if row.state is CapState.CANCELLED:
        raise ConflictError("Nơi ra cảnh báo đã hủy cảnh báo này nên không phát nữa.")
    if row.state is CapState.UPDATED:
        raise ConflictError("Cảnh báo này đã có bản mới hơn. Hãy dùng bản tin của bản mới.")
    if row.expires_at is not None and row.expires_at <= at:
        raise ConflictError("Cảnh báo này đã hết hiệu lực nên không phát nữa.")
    return row


def _readable(message: CapMessage) -> CapInfo | None:
    if message.status in {"System", "Draft"}:
        raise CapError("Đây là bản nháp hoặc tin kỹ thuật của nơi gửi, không phải cảnh báo để phát.")
    if message.scope != "Public":
        raise CapError("Cảnh báo này không dành cho công chúng nên không được phát trên loa.")
    if message.msg_type not in _TAKEN:
        raise CapError("Đây là tin phản hồi giữa các hệ thống, không phải cảnh báo để phát.")
    if message.msg_type == "Cancel":
        if not message.references:
            raise CapError("Tin hủy không nói hủy cảnh báo nào.")
        return message.info
    if message.info is None:
        raise CapError("Cảnh báo không có nội dung để đọc.")
    return message.info


def _judged(session: Session, person: Person, info: CapInfo | None, area_id: str) -> _Judged:
    reach = rights.reach(session, person)
    known = [area for area in session.exec(select(Area)) if area.id in reach]
    speakers = session.exec(
        select(Speaker)
        .where(col(Speaker.latitude).is_not(None), col(Speaker.area_id).in_(reach))
        .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
    ).all()
    found, unknown = judgement.placed(info.areas if info else (), known, speakers)
    place = areas.find(session, area_id or (_common(session, found) if found else person.area_id))
    if area_id:
        found = [each for each in found if areas.contains(session, place.id, each)] or [place.id]
    return _Judged(
        hazard=judgement.hazard(info) if info else "other",
        priority=judgement.priority(info) if info else Priority.NORMAL,
        place=place,
        area_ids=found,
        unknown=unknown,
    )


def _common(session: Session, ids: list[str]) -> str:
    """The smallest area that holds all of these."""
    first, *others = [[area.id for area in areas.chain(session, each)] for each in ids]
    return next(each for each in first if all(each in other for other in others))


def _known(session: Session, message: CapMessage) -> CapAlert | None:
    return session.exec(
        select(CapAlert).where(
            CapAlert.sender == message.sender,
            CapAlert.identifier == message.identifier,
            CapAlert.sent == message.sent,
        )
    ).first()


def _row(session: Session, person: Person, message: CapMessage, info: CapInfo | None, judged: _Judged) -> CapAlert:
    row = CapAlert(
        sender=message.sender[:300],
        identifier=message.identifier[:300],
        sent=message.sent,
        msg_type=message.msg_type,
        state=CapState.CANCELLED if message.msg_type == "Cancel" else CapState.DRAFT,
        area_id=judged.place.id,
        facts=message.as_facts(),
        hazard=judged.hazard,
        priority=int(judged.priority),
        area_ids=judged.area_ids,
        unknown_areas=judged.unknown,
        expires_at=info.expires if info else None,
        signed=message.signed,
        test=message.test,
        imported_by=person.id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, person.id, "cap.import", row.id, sender=row.sender, identifier=row.identifier, type=row.msg_type,
        hazard=row.hazard, areas=row.area_ids, signed=row.signed,
    )  # fmt: skip
    log.info("alert imported", alert=row.id, type=row.msg_type, hazard=row.hazard, areas=len(row.area_ids))
    return row


def _end_earlier(session: Session, person: Person, message: CapMessage) -> None:
    """What the message refers to is over; whoever ordered an emergency from it is told, for only a person gives the all-clear."""
    if message.msg_type == "Alert":
        return
    for reference in message.references:
        for earlier in session.exec(
            select(CapAlert).where(
                CapAlert.sender == reference.sender, CapAlert.identifier == reference.identifier, CapAlert.state == CapState.DRAFT
            )
        ).all():  # fmt: skip
            earlier.state = CapState.CANCELLED if message.msg_type == "Cancel" else CapState.UPDATED
            session.add(earlier)
            audit.record(session, person.id, "cap.end", earlier.id, by=message.identifier, state=earlier.state.value)
            _tell(session, earlier)


def _tell(session: Session, earlier: CapAlert) -> None:
    sounding = session.exec(
        select(Emergency)
        .join(Occurrence, col(Emergency.id) == col(Occurrence.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .where(col(Version.bulletin_id) == earlier.bulletin_id, col(Emergency.cleared_at).is_(None))
    ).all()
    what = "hủy" if earlier.state is CapState.CANCELLED else "thay bằng bản mới"
    for emergency in sounding:
        person = session.get(Person, emergency.ordered_by)
        if person is not None:
            text = f"Nơi ra cảnh báo đã {what} cảnh báo đang phát khẩn cấp. Hãy xem có cần báo hết tình huống không."
            notices.tell(session, person, "cap_ended", f"{emergency.id}:{earlier.id}", text, "/khan-cap")
