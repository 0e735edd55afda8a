"""What has happened that somebody may have to know: asked of the rows, so that no event is lost with a process."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from protocol.states import ENDS, State
from server.notifications.kinds import Kind
from server.tables import Area, Bulletin, Delivery, Emergency, Notice, Occurrence, Schedule, Speaker, Version

FAILED = (State.MISSED, State.FAILED, State.REJECTED, State.CUT, State.EXPIRED)
_WELL = tuple(ENDS - set(FAILED))
LOOK_BACK = timedelta(days=2)
_SILENT_AFTER = timedelta(minutes=2)
"""A broken line comes back within this more often than not."""
_MOST_NAMES = 5


@dataclass(frozen=True)
class Event:
    """Something that happened at an area, and since when."""

    kind: Kind
    object: str
    area_id: str
    since: datetime
    title: str
    text: str


def events(session: Session, at: datetime, zone: str) -> list[Event]:
    """All that is still so, of the last two days; drills are left out."""
    known = _acknowledged(session)
    found = [*_not_heard(session, at, zone), *_lost(session, at, zone), *_emergencies(session, at, zone)]
    return [event for event in found if (event.kind.value, event.object) not in known]


def _acknowledged(session: Session) -> set[tuple[str, str]]:
    """What somebody has put away on the first page: it escalates no further."""
    rows = session.exec(
        select(Notice.kind, Notice.object).where(
            col(Notice.read_at).is_not(None), col(Notice.kind).in_([kind.value for kind in Kind])
        )
    )
    return set(rows)


def _not_heard(session: Session, at: datetime, zone: str) -> list[Event]:
    about = {
        occurrence.id: (occurrence, area_id, title)
        for occurrence, area_id, title in session.exec(
            select(Occurrence, Schedule.area_id, Bulletin.title)
            .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
            .join(Version, col(Occurrence.version_id) == col(Version.id))
            .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
            .where(
                col(Occurrence.due_at) > at - LOOK_BACK,
                col(Occurrence.due_at) <= at,
                col(Schedule.test).is_(False),
                col(Occurrence.id).in_(select(Delivery.occurrence_id).where(col(Delivery.state).not_in(_WELL))),
            )
        )
    }
    last: dict[tuple[str, str], tuple[State, str]] = {}
    for occurrence_id, speaker_id, state, name in session.exec(
        select(Delivery.occurrence_id, Delivery.speaker_id, Delivery.state, Speaker.name)
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(col(Delivery.occurrence_id).in_(about))
        .order_by(col(Delivery.attempt))
    ):
        last[occurrence_id, speaker_id] = (State(state), name)
    failed: dict[str, list[str]] = defaultdict(list)
    silent: dict[str, list[str]] = defaultdict(list)
    for (occurrence_id, _), (state, name) in last.items():
        if state in FAILED:
            failed[occurrence_id].append(name)
        elif state not in ENDS and about[occurrence_id][0].not_after < at:
            silent[occurrence_id].append(name)
    return [
        *(_of_occurrence(Kind.NOT_SOUNDED, *about[key], names, zone) for key, names in failed.items()),
        *(_of_occurrence(Kind.NOT_REPORTED, *about[key], names, zone) for key, names in silent.items()),
    ]


def _of_occurrence(kind: Kind, occurrence: Occurrence, area_id: str, title: str, names: list[str], zone: str) -> Event:
    local = occurrence.due_at.astimezone(ZoneInfo(zone))
    what = f"“{title}” lúc {local:%H:%M} ngày {local:%d/%m}"
    if kind is Kind.NOT_SOUNDED:
        about, text = "Loa không phát được", f"{what} không phát được trên {_named(names)}."
    else:
        about, text = "Loa chưa báo kết quả", f"{what} chưa báo kết quả trên {_named(names)}."
    since = occurrence.due_at if kind is Kind.NOT_SOUNDED else occurrence.not_after
    return Event(kind, occurrence.id, area_id, since, about, text)


def _lost(session: Session, at: datetime, zone: str) -> list[Event]:
    rows = session.exec(
        select(Speaker.id, Speaker.name, Speaker.presence_at, Area)
        .join(Area, col(Speaker.area_id) == col(Area.id))
        .where(
            col(Speaker.enrolled_at).is_not(None),
            col(Speaker.online).is_(False),
            col(Speaker.in_repair).is_(False),
            col(Speaker.presence_at) < at - _SILENT_AFTER,
        )
    )
    return [
        Event(
            Kind.SPEAKER_LOST,
            f"{speaker_id}@{since:%Y%m%d%H%M%S}",
            area.id,
            since,
            "Mất liên lạc với loa",
            f"{name} ({area.name}) mất liên lạc từ {local:%H:%M} ngày {local:%d/%m}.",
        )
        for speaker_id, name, since, area in rows
        if since is not None
        for local in (since.astimezone(ZoneInfo(zone)),)
    ]


def _emergencies(session: Session, at: datetime, zone: str) -> list[Event]:
    rows = session.exec(
        select(Emergency, Bulletin.title, Area.name)
        .join(Occurrence, col(Emergency.id) == col(Occurrence.id))
        .join(Schedule, col(Occurrence.schedule_id) == col(Schedule.id))
        .join(Version, col(Occurrence.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Area, col(Emergency.area_id) == col(Area.id))
        .where(
            col(Emergency.cleared_at).is_(None),
            col(Emergency.ordered_at) > at - LOOK_BACK,
            col(Occurrence.not_after) > at,
            col(Schedule.test).is_(False),
        )
    )
    return [
        Event(
            Kind.EMERGENCY,
            row.id,
            row.area_id,
            row.ordered_at,
            "Đang phát tin khẩn cấp",
            f"“{title}” phát khẩn cấp ở {place} từ {row.ordered_at.astimezone(ZoneInfo(zone)):%H:%M}, "
            f"theo lệnh của {row.authority}.",
        )
        for row, title, place in rows
    ]


def _named(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} và {len(names) - _MOST_NAMES} cụm loa khác"
