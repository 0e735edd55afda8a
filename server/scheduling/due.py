"""When a schedule sounds, and on which speakers."""

from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from schedules.recurrence import instants
from server import areas, calendar
from server.tables import Schedule, Speaker, SpeakerGroupMember


def due(
    schedule: Schedule, *, after: datetime, before: datetime, zone: str, without: Container[date] = ()
) -> Iterator[datetime]:
    """The instants in [after, before) at which it sounds, rising, in UTC; days of the rule that are in `without` are left out."""
    offset = timedelta(milliseconds=schedule.offset_ms)
    for instant in instants(
        schedule.rule, schedule.start_at, after=after - offset, before=before - offset, zone=zone, without=without
    ):
        yield instant + offset


def left_out(session: Session, schedule: Schedule, first: datetime, last: datetime, zone: str) -> set[date]:
    """The local days from `first` to `last` on which a schedule with a rule is silent; none for one without."""
    if not schedule.rule:
        return set()
    begin, end = (instant.astimezone(ZoneInfo(zone)).date() for instant in (first, last))
    return calendar.left_out(
        session,
        schedule.area_id,
        begin - timedelta(days=1),
        end,
        skip_holidays=schedule.skip_holidays,
        but=schedule.except_days,
    )


def speakers_of(session: Session, schedule: Schedule) -> list[Speaker]:
    """The speakers that a schedule goes to: of its area or group, without its exceptions and those in repair."""
    left = set(schedule.except_speakers)
    places = areas.below(session, schedule.area_id)
    for area_id in schedule.except_areas:
        places -= areas.below(session, area_id)
    found = [speaker for speaker in _speakers(session, places) if speaker.id not in left]
    if schedule.group_id is None:
        return found
    members = set(
        session.exec(select(SpeakerGroupMember.speaker_id).where(SpeakerGroupMember.group_id == schedule.group_id))
    )
    return [speaker for speaker in found if speaker.id in members]


def places_of(session: Session, schedules: list[Schedule]) -> dict[str, set[str]]:
    """Of each schedule that does not go to all of its area: the ids of the areas whose speakers it does go to."""
    return {
        schedule.id: {speaker.area_id for speaker in speakers_of(session, schedule)}
        for schedule in schedules
        if schedule.group_id or schedule.except_areas or schedule.except_speakers
    }


def _speakers(session: Session, places: set[str]) -> list[Speaker]:
    return list(
        session.exec(
            select(Speaker)
            .where(col(Speaker.area_id).in_(places), col(Speaker.in_repair).is_(False))
            .order_by(col(Speaker.id))
        )
    )
