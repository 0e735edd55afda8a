"""The plan of an area: what is in the database, rehearsed for every speaker, with what will not go as planned."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from protocol.states import State
from server import areas
from server.air.configs import policies_by_area
from server.errors import InvalidInputError
from server.planner.course import Course, perform
from server.planner.hours import Hours
from server.planner.rows import Broadcast, Part, due_in, read
from server.planner.views import (
    Affair,
    Conflict,
    Effect,
    Interruption,
    Plan,
    Segment,
    SpeakerName,
    Track,
    Waiting,
)
from server.tables import Area, Bulletin, Schedule, ScheduleStatus, Version

LONGEST = timedelta(days=62)
_LATE_S = 1.0
"""Below this nobody hears that it is late."""


def plan(session: Session, area_id: str, start: datetime, end: datetime, *, at: datetime, zone: str) -> Plan:
    """What every speaker of the area and below it will do in [start, end), if it is well. `at` is now.

    Speakers that do the same share a track. Raises NotFoundError (area), InvalidInputError (longer than LONGEST).
    """
    area = areas.find(session, area_id)
    if not timedelta(0) < end - start <= LONGEST:
        raise InvalidInputError(
            f"Khoảng thời gian của dự kiến phát phải từ 1 phút đến {LONGEST.days} ngày, “đến” sau “từ”."
        )
    rows = read(session, area.id, start, end, at, zone)
    policies = policies_by_area(session, zone)
    hours: dict[int, Hours] = {}
    tracks: dict[tuple[int, tuple[Part, ...]], list[SpeakerName]] = defaultdict(list)
    for speaker_id, (name, place, place_name) in rows.speakers.items():
        policy = policies[place]
        if id(policy) not in hours:
            hours[id(policy)] = Hours(policy, start, end)
        parts = tuple(sorted(rows.parts.get(speaker_id, []), key=lambda part: (part.item.start_s, part.item.key)))
        tracks[id(policy), parts].append(SpeakerName(id=speaker_id, name=name, area_name=place_name))
    performer = _Performer(start, end, ZoneInfo(zone))
    made = tuple(
        performer.track(parts, hours[policy_id], tuple(speakers)) for (policy_id, parts), speakers in tracks.items()
    )
    return Plan(
        area_id=area.id,
        area_name=area.name,
        start=start,
        end=end,
        speakers=len(rows.speakers),
        tracks=made,
        conflicts=_conflicts(made),
        waiting=_waiting(session, area, max(start, at), end, zone),
    )


class _Performer:
    """Turns the parts of alike speakers into a track of [start, end)."""

    def __init__(self, start: datetime, end: datetime, zone: ZoneInfo) -> None:
        self._start_s, self._end_s = start.timestamp(), end.timestamp()
        self._zone = zone

    def track(self, parts: Sequence[Part], hours: Hours, speakers: tuple[SpeakerName, ...]) -> Track:
        by_key = {part.item.key: part.broadcast for part in parts}
        segments, affairs = [], []
        for part in parts:
            if part.told is not None:
                affair, sounded = self._past(part)
                affairs += affair
                segments += sounded
        for course in perform((part.item for part in parts if part.told is None), hours):
            segments += self._segments(course, by_key[course.item.key])
            affairs += self._affair(course, by_key)
        return Track(
            speakers=speakers,
            segments=tuple(sorted(segments, key=lambda segment: segment.start)),
            affairs=tuple(sorted(affairs, key=lambda affair: affair.due_at)),
        )

    def _past(self, part: Part) -> tuple[list[Affair], list[Segment]]:
        """What is over is told as it was."""
        told, broadcast = part.told, part.broadcast
        assert told is not None
        begun = told.started_at
        over = begun + timedelta(milliseconds=told.played_ms) if begun and told.played_ms else None
        if not self._start_s <= part.item.start_s < self._end_s:
            return [], []
        affair = Affair(
            **_facts(broadcast), starts_at=begun, ends_at=over, end=told.state, reason=told.reason, by="", by_title="",
            late_s=max(0.0, (begun.timestamp() - part.item.start_s)) if begun else 0.0, interruptions=(), known=True,
            effect=None, message="",
        )  # fmt: skip
        if begun is None or over is None:
            return [affair], []
        return [affair], [
            Segment(
                occurrence_id=broadcast.occurrence_id, title=broadcast.title, priority=broadcast.priority,
                start=begun, end=over, from_ms=0, ducked=False,
            )
        ]  # fmt: skip

    def _segments(self, course: Course, broadcast: Broadcast) -> list[Segment]:
        return [
            Segment(
                occurrence_id=broadcast.occurrence_id,
                title=broadcast.title,
                priority=broadcast.priority,
                start=_instant(span.start_s),
                end=_instant(span.end_s),
                from_ms=round(span.from_s * 1000),
                ducked=span.ducked,
            )
            for span in course.spans
            if span.end_s > self._start_s and span.start_s < self._end_s
        ]

    def _affair(self, course: Course, by_key: dict[str, Broadcast]) -> list[Affair]:
        ends_s = course.spans[-1].end_s if course.spans else course.item.start_s
        if ends_s < self._start_s or course.item.start_s >= self._end_s:
            return []
        broadcast = by_key[course.item.key]
        effect = _effect(course)
        by = by_key.get(course.by)
        return [
            Affair(
                **_facts(broadcast),
                starts_at=_instant(course.spans[0].start_s) if course.spans else None,
                ends_at=_instant(ends_s) if course.spans else None,
                end=course.end,
                reason=course.reason or "",
                by=by.occurrence_id if by else "",
                by_title=by.title if by else "",
                late_s=round(course.late_s, 3),
                interruptions=tuple(
                    Interruption(
                        at=_instant(one.at_s),
                        by=by_key[one.by].occurrence_id,
                        by_title=by_key[one.by].title,
                        resumes_at=None if one.resumed_s is None else _instant(one.resumed_s),
                    )
                    for one in course.breaks
                ),
                known=False,
                effect=effect,
                message="" if effect is None else self._message(effect, course, broadcast, by),
            )
        ]

    def _message(self, effect: Effect, course: Course, broadcast: Broadcast, by: Broadcast | None) -> str:
        what = f"“{broadcast.title}” lúc {self._clock(course.item.start_s)}"
        other = f"“{by.title}”" if by else "tin khác"
        if effect is Effect.REJECTED:
            return f"{what} sẽ bị loa từ chối: ngoài giờ hoặc quá thời lượng cho phép ở nơi đặt loa. Hãy đổi giờ."
        if effect is Effect.MISSED:
            return (
                f"{what} sẽ không phát được: đến hết thời gian chờ loa vẫn bận phát {other}. Hãy đổi giờ một trong hai."
            )
        if effect is Effect.LATE:
            minutes, seconds = divmod(round(course.late_s), 60)
            late = f"{minutes} phút {seconds:02d} giây" if minutes else f"{seconds} giây"
            return f"{what} sẽ phát muộn {late} vì chờ {other} phát xong."
        if effect is Effect.DUCKED:
            return f"{what} sẽ nhỏ tiếng trong lúc {other} phát, sau đó to trở lại."
        broken = course.breaks[-1] if course.breaks else None
        at = f" lúc {self._clock(broken.at_s)}" if broken else ""
        if effect is Effect.INTERRUPTED and broken is not None and broken.resumed_s is not None:
            return f"{what} sẽ bị {other} ngắt{at}, phát tiếp lúc {self._clock(broken.resumed_s)}."
        return f"{what} sẽ bị {other} ngắt{at} và không phát tiếp."

    def _clock(self, at_s: float) -> str:
        return f"{datetime.fromtimestamp(round(at_s), self._zone):%H:%M:%S %d/%m}".replace(":00 ", " ")


def _effect(course: Course) -> Effect | None:
    if course.end is State.REJECTED:
        return Effect.REJECTED
    if course.end is State.MISSED:
        return Effect.MISSED
    if course.end is State.CUT:
        return Effect.CUT
    if course.breaks:
        return Effect.INTERRUPTED
    if course.late_s > _LATE_S:
        return Effect.LATE
    return Effect.DUCKED if any(span.ducked for span in course.spans) else None


def _facts(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "occurrence_id": broadcast.occurrence_id,
        "schedule_id": broadcast.schedule_id,
        "title": broadcast.title,
        "priority": broadcast.priority,
        "area_name": broadcast.area_name,
        "due_at": broadcast.due_at,
        "test": broadcast.test,
    }


def _conflicts(tracks: Sequence[Track]) -> tuple[Conflict, ...]:
    """Each thing that will not go as planned once, with the number of speakers it concerns."""
    found: dict[tuple[str, datetime, Effect, str, str], tuple[Affair, int]] = {}
    for track in tracks:
        for affair in track.affairs:
            if affair.effect is not None:
                key = (affair.schedule_id, affair.due_at, affair.effect, affair.by, affair.message)
                found[key] = (affair, found.get(key, (affair, 0))[1] + len(track.speakers))
    return tuple(
        Conflict(
            occurrence_id=affair.occurrence_id, title=affair.title, due_at=affair.due_at, effect=effect,
            by=affair.by, by_title=affair.by_title, speakers=count, message=affair.message,
        )
        for (_, _, effect, _, _), (affair, count) in sorted(found.items(), key=lambda one: one[0][1:3])
    )  # fmt: skip


def _waiting(session: Session, area: Area, start: datetime, end: datetime, zone: str) -> tuple[Waiting, ...]:
    """Schedules that would sound then, if only somebody said yes."""
    found = []
    for schedule, title, place in session.exec(
        select(Schedule, Bulletin.title, Area.name)
        .join(Version, col(Schedule.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .join(Area, col(Schedule.area_id) == col(Area.id))
        .where(
            col(Schedule.area_id).in_(areas.concerning(session, area.id)),
            col(Schedule.status).in_((ScheduleStatus.WAITING, ScheduleStatus.UNCONFIRMED)),
            col(Schedule.start_at) < end,
            Bulletin.priority != Priority.EMERGENCY,
        )
    ).all():
        found += [
            Waiting(schedule_id=schedule.id, title=title, area_name=place, due_at=instant, status=schedule.status.value)
            for instant in due_in(session, schedule, start, end, zone)
        ]
    return tuple(sorted(found, key=lambda one: one.due_at))


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(round(at_s, 3), UTC)
