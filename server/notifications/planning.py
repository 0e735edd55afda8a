"""From events and rules to what each person is to be told, once: rows that the outbox then sends."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from server import areas, notices
from server.notifications.events import Event, events
from server.notifications.kinds import URGENT, Kind, Manner
from server.notifications.rules import manner
from server.tables import Area, Contact, Notification, Person

_PATHS = {"speaker_lost": "/loa", "emergency": "/khan-cap"}


def plan(session: Session, at: datetime, zone: str, *, disk_scarce: bool = False) -> int:
    """Note everything that somebody is to be told now; how many notes. Only inside `Database.write()`. Twice changes nothing."""
    made = 0
    for event in [*events(session, at, zone), *(_disk(session, at, zone) if disk_scarce else [])]:
        above = [area.id for area in areas.chain(session, event.area_id)]
        for person in session.exec(
            select(Person).where(col(Person.area_id).in_(above), col(Person.active).is_(True))
        ).all():
            rule = manner(session, event.area_id, person.role, event.kind)
            turn = due_round(rule, event.since, at)
            if turn is None:
                continue
            if turn == 0:
                path = _PATHS.get(event.kind.value, "/")
                notices.tell(session, person, event.kind.value, event.object, event.text, path)
            made += _note(session, person, event, rule, turn, at, zone)
    return made


def _disk(session: Session, at: datetime, zone: str) -> list[Event]:
    """Once a day while it lasts."""
    tops = session.exec(select(Area.id).where(col(Area.parent_id).is_(None))).all()
    text = (
        "Ổ đĩa của đài gần đầy: tạm thời không nhận tệp và không dựng tiếng, các lượt đã hẹn vẫn phát. Hãy dọn ổ đĩa."
    )
    day = f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    return [Event(Kind.DISK, day, top, at, "Ổ đĩa gần đầy", text) for top in tops]


def due_round(rule: Manner, since: datetime, at: datetime) -> int | None:
    """Which time it is that a person would be told: 0 the first, 1 the first repetition …; None not (yet)."""
    lasted = at - since - timedelta(minutes=rule.after_minutes)
    if not rule.enabled or lasted < timedelta(0):
        return None
    return int(lasted / timedelta(minutes=rule.again_minutes)) if rule.again_minutes else 0


def after_quiet(rule: Manner, at: datetime, zone: str) -> datetime:
    """`at`, or the end of the quiet hours that it falls in."""
    if not rule.quiet_from or not rule.quiet_to or rule.quiet_from == rule.quiet_to:
        return at
    local = at.astimezone(ZoneInfo(zone))
    start, end = time.fromisoformat(rule.quiet_from), time.fromisoformat(rule.quiet_to)
    here = local.time()
    quiet = start <= here < end if start < end else here >= start or here < end
    if not quiet:
        return at
    day = local.date() if here < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=ZoneInfo(zone))


def _note(session: Session, person: Person, event: Event, rule: Manner, turn: int, at: datetime, zone: str) -> int:
    reached = session.exec(
        select(Contact.id).where(Contact.person_id == person.id, col(Contact.removed_at).is_(None))
    ).first()
    known = session.exec(
        select(Notification.id).where(
            Notification.person_id == person.id,
            Notification.kind == event.kind.value,
            Notification.object == event.object,
            Notification.round == turn,
        )
    ).first()
    if reached is None or known is not None or _told_today(session, person, event, at) >= rule.most_a_day:
        return 0
    session.add(
        Notification(
            person_id=person.id,
            kind=event.kind.value,
            object=event.object,
            round=turn,
            title=event.title[:200],
            text=event.text,
            created_at=at,
            due_at=at if event.kind in URGENT else after_quiet(rule, at, zone),
        )
    )
    session.flush()
    return 1


def _told_today(session: Session, person: Person, event: Event, at: datetime) -> int:
    return session.exec(
        select(func.count())
        .select_from(Notification)
        .where(
            Notification.person_id == person.id,
            Notification.kind == event.kind.value,
            col(Notification.created_at) > at - timedelta(days=1),
        )
    ).one()
