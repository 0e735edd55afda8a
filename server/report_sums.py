"""What was planned and what was heard, added up by the database: by place, class, field, author, speaker, day and month.

Drills are left out. Minutes are minutes on a speaker: ten minutes on three speakers are thirty.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from protocol.states import ENDS, State
from server import areas
from server.tables import Area, Bulletin, Delivery, Occurrence, Person, Schedule, Speaker, Version

_FAILED = frozenset({State.CUT, State.MISSED, State.FAILED, State.REJECTED, State.EXPIRED})
NOT_WANTED = frozenset({State.WITHDRAWN, State.CANCELLED, State.SUPERSEDED})
"""Counted only when something was heard."""


class Sum(BaseModel):
    """A row of a summary."""

    name: str
    occurrences: int
    """On a speaker each."""
    planned_minutes: float
    aired_minutes: float
    played: int
    failed: int
    unknown: int
    """Not yet reported."""


class Report(BaseModel):
    """A time and a place, summed up in several ways."""

    area: str
    total: Sum
    by_area: list[Sum]
    by_priority: list[Sum]
    by_field: list[Sum]
    by_author: list[Sum]
    by_speaker: list[Sum]
    by_day: list[Sum]
    by_month: list[Sum]
    failures: dict[str, int]
    """State and reason ("MISSED no_audio") → how often."""


def summary(session: Session, area_id: str, start: datetime, end: datetime, zone: str) -> Report:
    """Everything due in [start, end) on the speakers of an area; of what was sent again the last attempt."""
    speakers = {
        speaker_id: (name, area)
        for speaker_id, name, area in session.exec(
            select(Speaker.id, Speaker.name, Area.name)
            .join(Area, col(Speaker.area_id) == col(Area.id))
            .where(col(Speaker.area_id).in_(areas.below(session, area_id)))
        )
    }
    counts = (func.count(), func.sum(Schedule.duration_ms), func.coalesce(func.sum(Delivery.played_ms), 0))

    def counted(*by: Any) -> Iterable[Any]:
        return session.execute(
            sql_select(*by, *counts)
            .select_from(Occurrence)
            .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
            .join(Delivery, col(Delivery.occurrence_id) == col(Occurrence.id))
            .where(
                col(Occurrence.due_at) >= start,
                col(Occurrence.due_at) < end,
                col(Schedule.test).is_(False),
                col(Delivery.speaker_id).in_(speakers),
                _counts(Delivery),
                ~_followed(),
            )
            .group_by(*by)
        )

    broadcasts = _broadcasts(session, start, end, ZoneInfo(zone))
    sums: dict[str, dict[str, _Counts]] = {group: defaultdict(_Counts) for group in (*_OF_BROADCASTS, *_OF_SPEAKERS)}
    kinds: dict[tuple[str, ...], _Counts] = defaultdict(_Counts)
    total, failures = _Counts(), defaultdict[str, int](int)
    for occurrence_id, state, reason, *of in counted(col(Occurrence.id), col(Delivery.state), col(Delivery.reason)):
        kinds[broadcasts[occurrence_id]].add(state, *of)
        if state in _FAILED:
            failures[f"{state} {reason}".strip()] += of[0]
    for names, part in kinds.items():  # a month has some dozens of these: a day's broadcasts are alike
        total.take(part)
        for group, name in zip(_OF_BROADCASTS, names, strict=True):
            sums[group][name].take(part)
    for speaker_id, state, *of in counted(col(Delivery.speaker_id), col(Delivery.state)):
        for group, name in zip(_OF_SPEAKERS, speakers[speaker_id], strict=True):
            sums[group][name].add(state, *of)
    return Report(
        area=areas.find(session, area_id).name,
        total=total.shown(""),
        failures=dict(sorted(failures.items())),
        **{group: [found[name].shown(name) for name in sorted(found)] for group, found in sums.items()},
    )


_OF_BROADCASTS = ("by_priority", "by_field", "by_author", "by_day", "by_month")
_OF_SPEAKERS = ("by_speaker", "by_area")


@dataclass
class _Counts:
    occurrences: int = 0
    planned_ms: int = 0
    aired_ms: int = 0
    played: int = 0
    failed: int = 0
    unknown: int = 0

    def add(self, state: State, times: int, planned_ms: int, aired_ms: int) -> None:
        self.occurrences += times
        self.planned_ms += planned_ms
        self.aired_ms += aired_ms
        self.played += times if state is State.PLAYED else 0
        self.failed += times if state in _FAILED else 0
        self.unknown += times if state not in ENDS else 0

    def take(self, part: "_Counts") -> None:
        self.occurrences += part.occurrences
        self.planned_ms += part.planned_ms
        self.aired_ms += part.aired_ms
        self.played += part.played
        self.failed += part.failed
        self.unknown += part.unknown

    def shown(self, name: str) -> Sum:
        return Sum(
            name=name,
            occurrences=self.occurrences,
            planned_minutes=round(self.planned_ms / 60_000, 2),
            aired_minutes=round(self.aired_ms / 60_000, 2),
            played=self.played,
            failed=self.failed,
            unknown=self.unknown,
        )


def _broadcasts(session: Session, start: datetime, end: datetime, local: ZoneInfo) -> dict[str, tuple[str, ...]]:
    """Occurrence → its names in `_OF_BROADCASTS`."""
    columns = (
        col(Occurrence.id),
        col(Occurrence.due_at),
        col(Bulletin.priority),
        col(Bulletin.field),
        col(Person.name),
    )
    rows = session.execute(
        sql_select(*columns)
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Person, col(Bulletin.author_id) == col(Person.id))
        .where(col(Occurrence.due_at) >= start, col(Occurrence.due_at) < end)
    )
    found: dict[str, tuple[str, ...]] = {}
    for occurrence_id, due_at, priority, field, author in rows:
        day = due_at.astimezone(local).date().isoformat()
        found[occurrence_id] = (priority.name, field, author, day, day[:7])
    return found


def _counts(delivery: type[Delivery]) -> ColumnElement[bool]:
    """Whether a row is counted: it was wanted, or something was heard."""
    return col(delivery.state).not_in(NOT_WANTED) | (func.coalesce(delivery.played_ms, 0) > 0)


def _followed() -> ColumnElement[bool]:
    """Whether it was sent again: the last attempt counts."""
    later = aliased(Delivery)
    return (
        select(later.id)
        .where(
            col(later.occurrence_id) == col(Delivery.occurrence_id),
            col(later.speaker_id) == col(Delivery.speaker_id),
            col(later.attempt) > col(Delivery.attempt),
            _counts(later),
        )
        .exists()
    )
