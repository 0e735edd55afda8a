"""What is in the database for a planner: broadcasts, and which of them each speaker has."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, and_, col, func, not_, select

from protocol.priorities import Priority
from protocol.states import ENDS, State
from server import areas
from server.planner.course import Item
from server.scheduling.due import due, left_out, speakers_of
from server.scheduling.materialise import AHEAD, RESUME_SLACK
from server.tables import (
    Area,
    Bulletin,
    Delivery,
    Emergency,
    Occurrence,
    Schedule,
    ScheduleStatus,
    Speaker,
    Version,
    VersionStatus,
)

_BEFORE = timedelta(hours=1)
"""What ended so shortly before may have kept something waiting."""
_LONGEST = timedelta(days=4)
"""Nothing may still begin or sound so long after its time: an emergency ends after three days, all else much sooner."""
_TICK = timedelta(minutes=5)
"""Occurrences are made eight days ahead, but for the time since the last tick."""
_EMERGENCY_GAP_S, _EMERGENCY_TIMES = 10.0, 1000


@dataclass(frozen=True)
class Broadcast:
    """What is the same on every speaker."""

    occurrence_id: str
    schedule_id: str
    title: str
    priority: Priority
    area_name: str
    due_at: datetime
    test: bool
    duration_ms: int
    max_start_delay_s: float


class Told(NamedTuple):
    """How it ended, in a speaker's own words."""

    state: State
    reason: str
    started_at: datetime | None
    played_ms: int


class Part(NamedTuple):
    """A broadcast on a speaker: still to come, or over as `told`."""

    broadcast: Broadcast
    item: Item
    told: Told | None


@dataclass
class Rows:
    """Speakers with their area's id and name, and the parts of each, by start."""

    speakers: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Speaker's id → its name, the id and the name of its area."""
    parts: dict[str, list[Part]] = field(default_factory=lambda: defaultdict(list))


def read(session: Session, area_id: str, start: datetime, end: datetime, at: datetime, zone: str) -> Rows:
    """Everything that may sound in [start, end) on the speakers of an area and below it; `at` is now."""
    rows = Rows()
    names = dict(session.exec(select(Area.id, Area.name)).all())
    for speaker_id, name, place in session.exec(
        select(Speaker.id, Speaker.name, Speaker.area_id)
        .where(col(Speaker.area_id).in_(areas.below(session, area_id)))
        .order_by(col(Speaker.id))
    ):
        rows.speakers[speaker_id] = (name, place, names[place])
    _made(session, rows, start, end, names)
    if end > at + AHEAD - _TICK:
        _to_be_made(session, rows, area_id, max(start, at + AHEAD - _TICK), end, zone, names)
    return rows


def _made(session: Session, rows: Rows, start: datetime, end: datetime, names: dict[str, str]) -> None:
    """Deliveries that exist. Nearly all are as the occurrence says: those are read as bare pairs, which is what makes it fast."""
    wanted = (col(Delivery.speaker_id).in_(list(rows.speakers)), col(Delivery.cancel_requested_at).is_(None))
    as_said = (
        *wanted,
        col(Delivery.start_at).is_(None),
        col(Occurrence.due_at) < end,
        col(Occurrence.due_at) > start - _LONGEST,
        col(Occurrence.not_after) > start - _BEFORE,
    )
    sent_again = (
        *wanted,
        col(Delivery.start_at) < end,
        col(Delivery.start_at) > start - _LONGEST,
        func.coalesce(Delivery.not_after, Occurrence.not_after) > start - _BEFORE,
    )
    plain = and_(col(Delivery.attempt) == 1, col(Delivery.state).not_in(ENDS))
    pairs = session.connection().execute(
        select(col(Delivery.occurrence_id), col(Delivery.speaker_id)).join(Occurrence).where(plain, *as_said)
    )
    rest = select(Delivery, Occurrence.not_after).join(Occurrence)
    others = [*session.exec(rest.where(not_(plain), *as_said)), *session.exec(rest.where(*sent_again))]
    others.sort(key=lambda row: row[0].attempt)
    ordinary = [(str(occurrence_id), str(speaker_id)) for occurrence_id, speaker_id in pairs]
    found = _Broadcasts(session, {one for one, _ in ordinary} | {one.occurrence_id for one, _ in others}, names)
    newest = {pair: found.part(pair[0]) for pair in ordinary}
    for delivery, limit in others:
        told = None
        if delivery.state in ENDS:
            told = Told(delivery.state, delivery.reason, delivery.started_at, delivery.played_ms or 0)
        part = found.part(delivery.occurrence_id, delivery.start_at, delivery.not_after or limit, told)
        newest[delivery.occurrence_id, delivery.speaker_id] = part
    for (_, speaker_id), part in newest.items():
        rows.parts[speaker_id].append(part)


class _Broadcasts:
    """The occurrences with these ids, and the parts that they make; equal parts are one object."""

    def __init__(self, session: Session, ids: set[str], names: dict[str, str]) -> None:
        self._broadcasts: dict[str, Broadcast] = {}
        self._limits: dict[str, datetime] = {}
        self._parts: dict[str, Part] = {}
        wanted = sorted(ids)
        for place in range(0, len(wanted), 500):
            for occurrence, schedule, title, priority in session.exec(
                select(Occurrence, Schedule, Bulletin.title, Bulletin.priority)
                .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
                .join(Version, col(Occurrence.version_id) == col(Version.id))
                .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
                .where(col(Occurrence.id).in_(wanted[place : place + 500]))
            ):
                self._limits[occurrence.id] = occurrence.not_after
                self._broadcasts[occurrence.id] = _broadcast(
                    schedule, occurrence.id, title, Priority(priority), occurrence.due_at, names
                )
        self._urgent = set(session.exec(select(Emergency.id).where(col(Emergency.cleared_at).is_(None))).all())

    def part(
        self,
        occurrence_id: str,
        start_at: datetime | None = None,
        not_after: datetime | None = None,
        told: Told | None = None,
    ) -> Part:
        """The part of an occurrence; `start_at` and `not_after` are those of an attempt of its own."""
        ordinary = start_at is None and told is None
        if ordinary and occurrence_id in self._parts:
            return self._parts[occurrence_id]
        broadcast = self._broadcasts[occurrence_id]
        item = _item(
            broadcast, occurrence_id, start_at or broadcast.due_at, not_after or self._limits[occurrence_id],
            emergency=occurrence_id in self._urgent,
        )  # fmt: skip
        part = Part(broadcast, item, told)
        if ordinary:
            self._parts[occurrence_id] = part
        return part


def _to_be_made(
    session: Session, rows: Rows, area_id: str, start: datetime, end: datetime, zone: str, names: dict[str, str]
) -> None:
    """Occurrences further ahead than rows are made."""
    known = {(part.broadcast.schedule_id, part.broadcast.due_at) for parts in rows.parts.values() for part in parts}
    for schedule, title, priority, status in session.exec(
        select(Schedule, Bulletin.title, Bulletin.priority, Version.status)
        .join(Version, col(Schedule.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Schedule.area_id).in_(areas.concerning(session, area_id)),
            Schedule.status == ScheduleStatus.ACTIVE,
            col(Schedule.start_at) < end,
        )
    ).all():
        if status is not VersionStatus.APPROVED:
            continue
        heard = [one.id for one in speakers_of(session, schedule) if one.id in rows.speakers]
        for instant in due_in(session, schedule, start, end, zone) if heard else ():
            if (schedule.id, instant) in known:
                continue
            broadcast = _broadcast(schedule, "", title, Priority(priority), instant, names)
            limit = instant + timedelta(seconds=schedule.max_start_delay_s, milliseconds=schedule.duration_ms)
            item = _item(broadcast, f"{schedule.id}@{instant:%Y%m%dT%H%M%S}", instant, limit + RESUME_SLACK)
            for speaker_id in heard:
                rows.parts[speaker_id].append(Part(broadcast, item, None))


def due_in(session: Session, schedule: Schedule, start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    """The instants of a schedule in [start, end), but for the days that are left out."""
    without = left_out(session, schedule, start, end, zone)
    return due(schedule, after=start, before=end, zone=zone, without=without)


def _broadcast(
    schedule: Schedule, occurrence_id: str, title: str, priority: Priority, due_at: datetime, names: dict[str, str]
) -> Broadcast:
    return Broadcast(
        occurrence_id=occurrence_id,
        schedule_id=schedule.id,
        title=title,
        priority=priority,
        area_name=names[schedule.area_id],
        due_at=due_at.astimezone(UTC),
        test=schedule.test,
        duration_ms=schedule.duration_ms,
        max_start_delay_s=schedule.max_start_delay_s,
    )


def _item(broadcast: Broadcast, key: str, start_at: datetime, not_after: datetime, *, emergency: bool = False) -> Item:
    """The turn of a broadcast; an emergency repeats until its all-clear, of which nobody knows the instant."""
    start_s = start_at.timestamp()
    return Item(
        key=key,
        priority=broadcast.priority,
        start_s=start_s,
        latest_s=start_s + broadcast.max_start_delay_s,
        not_after_s=not_after.timestamp(),
        pass_s=broadcast.duration_ms / 1000,
        until_s=start_s + broadcast.duration_ms / 1000 if broadcast.priority is Priority.RELAY else None,
        times=_EMERGENCY_TIMES if emergency else 1,
        gap_s=_EMERGENCY_GAP_S if emergency else 0.0,
    )
