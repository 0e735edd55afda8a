"""What was planned and what was heard, line by line: for commune and province, and the fees of who wrote it."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from protocol.states import State
from server import areas
from server.errors import InvalidInputError
from server.report_sums import NOT_WANTED
from server.tables import Area, Bulletin, Delivery, Occurrence, Person, Schedule, Speaker, Version

_PERIOD = re.compile(r"(20\d\d|21\d\d)(?:-(0[1-9]|1[0-2])|-Q([1-4]))?")


@dataclass(frozen=True)
class Line:
    """One occurrence on one speaker: the last attempt."""

    due_at: datetime
    title: str
    area: str
    speaker: str
    priority: Priority
    field: str
    author: str
    state: State
    reason: str
    planned_ms: int
    aired_ms: int


def period(text: str, zone: str) -> tuple[datetime, datetime]:
    """A month ("2026-11"), a quarter ("2026-Q4") or a year ("2026") of local time as [start, end). Raises InvalidInputError."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise InvalidInputError("Kỳ báo cáo viết là tháng (2026-11), quý (2026-Q4) hoặc năm (2026).")
    year, month, quarter = int(match[1]), match[2], match[3]
    first = int(month) if month else 3 * int(quarter) - 2 if quarter else 1
    months = 1 if month else 3 if quarter else 12
    end = first + months
    local = ZoneInfo(zone)
    return datetime(year, first, 1, tzinfo=local), datetime(year + (end > 12), (end - 1) % 12 + 1, 1, tzinfo=local)


def lines(session: Session, area_id: str, start: datetime, end: datetime) -> list[Line]:
    """Everything due in [start, end) on the speakers of an area, soonest first."""
    speakers = {
        speaker.id: (speaker.name, area.name)
        for speaker, area in session.exec(
            select(Speaker, Area)
            .join(Area, col(Speaker.area_id) == col(Area.id))
            .where(col(Speaker.area_id).in_(areas.below(session, area_id)))
        )
    }
    people = {person.id: person.name for person in session.exec(select(Person))}
    rows = session.exec(
        select(Delivery, Occurrence, Schedule, Bulletin)
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Occurrence.due_at) >= start,
            col(Occurrence.due_at) < end,
            col(Delivery.speaker_id).in_(speakers),
            col(Schedule.test).is_(False),
        )
        .order_by(col(Occurrence.due_at), col(Delivery.speaker_id), col(Delivery.attempt))
    )
    newest: dict[tuple[str, str], Line] = {}
    for delivery, occurrence, schedule, bulletin in rows:
        if delivery.state in NOT_WANTED and not delivery.played_ms:
            continue
        speaker, area = speakers[delivery.speaker_id]
        newest[delivery.occurrence_id, delivery.speaker_id] = Line(
            due_at=occurrence.due_at,
            title=bulletin.title,
            area=area,
            speaker=speaker,
            priority=bulletin.priority,
            field=bulletin.field,
            author=people[bulletin.author_id],
            state=delivery.state,
            reason=delivery.reason,
            planned_ms=schedule.duration_ms,
            aired_ms=delivery.played_ms or 0,
        )
    return list(newest.values())
