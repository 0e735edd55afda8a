"""What was planned and what was heard, added up by the database: by place, class, field, author, speaker, day and month.

Drills are left out. Minutes are minutes on a speaker: ten minutes on three speakers are thirty.
"""

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

from protocol.priorities import Priority
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

    broadcasts = _broadcasts(session, start, end)
    sums: dict[str, dict[str, _Counts]] = {name: {} for name in _GROUPS}
    total, failures, local = _Counts(), dict[str, int](), ZoneInfo(zone)
    for occurrence_id, state, reason, *of in counted(col(Occurrence.id), col(Delivery.state), col(Delivery.reason)):
        about = broadcasts[occurrence_id]
        day = about.due_at.astimezone(local).date().isoformat()
        total.add(state, *of)
        for group, name in (
            ("by_priority", about.priority.name), ("by_field", about.field), ("by_author", about.author), ("by_day", day),
            ("by_month", day[:7]),
        ):  # fmt: skip
            sums[group].setdefault(name, _Counts()).add(state, *of)
        if state in _FAILED:
            failed = f"{state} {reason}".strip()
            failures[failed] = failures.get(failed, 0) + of[0]
    for speaker_id, state, *of in counted(col(Delivery.speaker_id), col(Delivery.state)):
        for group, name in zip(("by_speaker", "by_area"), speakers[speaker_id], strict=True):
            sums[group].setdefault(name, _Counts()).add(state, *of)
    return Report(
        area=areas.find(session, area_id).name,
        total=total.shown(""),
        failures=dict(sorted(failures.items())),
        **{group: [found[name].shown(name) for name in sorted(found)] for group, found in sums.items()},
    )


_GROUPS = ("by_area", "by_priority", "by_field", "by_author", "by_speaker", "by_day", "by_month")


@dataclass(frozen=True)
class _Broadcast:
    due_at: datetime
    priority: Priority
    field: str
    author: str


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


def _broadcasts(session: Session, start: datetime, end: datetime) -> dict[str, _Broadcast]:
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
    return {row[0]: _Broadcast(*row[1:]) for row in rows}


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
