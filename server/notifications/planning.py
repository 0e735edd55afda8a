"""From events and rules to what each person is to be told, once: rows that the outbox then sends."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from server import notices
from server.database import Database
from server.notifications.events import Event, events
from server.notifications.kinds import URGENT, Kind, Manner
from server.notifications.rules import Book
from server.tables import Area, Contact, Notice, Notification, Person

_PATHS = {Kind.SPEAKER_LOST: "/loa", Kind.EMERGENCY: "/khan-cap"}
_Told = tuple[str, str, str, int]
"""Person, kind, object, round."""


@dataclass(frozen=True)
class _Wanted:
    """One person to be told of one event."""

    person: Person
    event: Event
    rule: Manner
    turn: int


def plan(database: Database, at: datetime, zone: str, *, disk_scarce: bool = False) -> int:
    """Note everything that somebody is to be told now; how many notes. Twice changes nothing.

    Read first: the write lock is taken only when there is something new.
    """
    with database.read() as session:
        if not _Desk.opened(session, at).new(_found(session, at, zone, disk_scarce=disk_scarce), at):
            return 0
    with database.write() as session:
        desk = _Desk.opened(session, at)
        wanted = desk.new(_found(session, at, zone, disk_scarce=disk_scarce), at)
        for each in wanted:
            if each.turn == 0:
                path = _PATHS.get(each.event.kind, "/")
                notices.tell(session, each.person, each.event.kind.value, each.event.object, each.event.text, path)
        notes = [_note(each, at, zone) for each in wanted if desk.may_send(each)]
        session.add_all(notes)
        return len(notes)


@dataclass
class _Desk:
    """What has to be known of people, rules and what they were told, read once."""

    people: dict[str, list[Person]]
    """By the area of their role."""
    above: dict[str, list[str]]
    """An area and everything above it, by area."""
    rules: Book
    reached: set[str]
    noted: set[_Told]
    noticed: set[tuple[str, str, str]]
    today: dict[tuple[str, str], int] = field(default_factory=dict)
    """How much a person was told of a kind in the last day."""

    @classmethod
    def opened(cls, session: Session, at: datetime) -> "_Desk":
        """As things stand."""
        parents = dict(session.exec(select(Area.id, Area.parent_id)).all())
        people: dict[str, list[Person]] = defaultdict(list)
        for person in session.exec(select(Person).where(col(Person.active).is_(True))):
            people[person.area_id].append(person)
        counts = session.exec(
            select(Notification.person_id, Notification.kind, func.count())
            .where(col(Notification.created_at) > at - timedelta(days=1))
            .group_by(Notification.person_id, Notification.kind)
        )
        kinds = [kind.value for kind in Kind]
        return cls(
            people=people,
            above={area_id: list(_upwards(parents, area_id)) for area_id in parents},
            rules=Book.of(session, parents),
            reached=set(session.exec(select(Contact.person_id).where(col(Contact.removed_at).is_(None)))),
            noted=set(
                session.exec(
                    select(Notification.person_id, Notification.kind, Notification.object, Notification.round)
                ).all()
            ),
            noticed=set(
                session.exec(
                    select(Notice.person_id, Notice.kind, Notice.object).where(col(Notice.kind).in_(kinds))
                ).all()
            ),
            today={(person_id, kind): count for person_id, kind, count in counts},
        )

    def new(self, found: list[Event], at: datetime) -> list[_Wanted]:
        """Who is to be told what, that has not been told it."""
        wanted = []
        for event in found:
            for person in (each for area_id in self.above[event.area_id] for each in self.people.get(area_id, ())):
                rule = self.rules.manner(event.area_id, person.role, event.kind)
                turn = due_round(rule, event.since, at)
                if turn is not None and self._is_news(person, event, rule, turn):
                    wanted.append(_Wanted(person, event, rule, turn))
        return wanted

    def _is_news(self, person: Person, event: Event, rule: Manner, turn: int) -> bool:
        key = (person.id, event.kind.value, event.object)
        unnoticed = turn == 0 and key not in self.noticed
        full = self.today.get((person.id, event.kind.value), 0) >= rule.most_a_day
        unsent = person.id in self.reached and (*key, turn) not in self.noted and not full
        return unnoticed or unsent

    def may_send(self, wanted: _Wanted) -> bool:
        """Whether it goes out; counts it if so."""
        key = (wanted.person.id, wanted.event.kind.value)
        known = (*key, wanted.event.object, wanted.turn) in self.noted
        if known or wanted.person.id not in self.reached or self.today.get(key, 0) >= wanted.rule.most_a_day:
            return False
        self.today[key] = self.today.get(key, 0) + 1
        return True


def _upwards(parents: dict[str, str | None], area_id: str | None) -> list[str]:
    chain = []
    while area_id is not None:
        chain.append(area_id)
        area_id = parents.get(area_id)
    return chain


def _found(session: Session, at: datetime, zone: str, *, disk_scarce: bool) -> list[Event]:
    return [*events(session, at, zone), *(_disk(session, at, zone) if disk_scarce else [])]


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


def _note(wanted: _Wanted, at: datetime, zone: str) -> Notification:
    event = wanted.event
    return Notification(
        person_id=wanted.person.id,
        kind=event.kind.value,
        object=event.object,
        round=wanted.turn,
        title=event.title[:200],
        text=event.text,
        created_at=at,
        due_at=at if event.kind in URGENT else after_quiet(wanted.rule, at, zone),
    )
