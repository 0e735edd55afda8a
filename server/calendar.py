"""Days on which schedules with a rule are left out: holidays where that is wished, mourning always; each authority may override."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlmodel import Session, col, select

from schedules.holidays import public_holidays
from server import areas, audit
from server.errors import NotFoundError
from server.tables import Area, DayKind, Person, SpecialDay
from server.tables.columns import now


def special_days(session: Session, area_id: str, first: date, last: date) -> dict[date, SpecialDay]:
    """What was decided for the area or above it, from `first` to `last` inclusive; the highest level's word stands."""
    path = [area.id for area in areas.chain(session, area_id)]
    rows = session.exec(
        select(SpecialDay).where(
            col(SpecialDay.area_id).in_(path), col(SpecialDay.day) >= first, col(SpecialDay.day) <= last
        )
    ).all()
    return {row.day: row for row in sorted(rows, key=lambda row: path.index(row.area_id))}


def left_out(
    session: Session, area_id: str, first: date, last: date, *, skip_holidays: bool, but: Collection[str] = ()
) -> set[date]:
    """The days from `first` to `last` on which a schedule with a rule does not sound; `but` are its own exceptions (ISO)."""
    decided = special_days(session, area_id, first, last)
    days = {date.fromisoformat(day) for day in but}
    day = first
    while day <= last:
        row = decided.get(day)
        holiday = day in public_holidays(day.year) if row is None else row.kind is DayKind.HOLIDAY
        if (holiday and skip_holidays) or (row is not None and row.kind is DayKind.MOURNING):
            days.add(day)
        day += timedelta(days=1)
    return days


def decide(session: Session, person: Person, area: Area, day: date, kind: DayKind, name: str) -> SpecialDay:
    """Say what a day is for the area and below. The caller has checked the right."""
    row = session.exec(select(SpecialDay).where(SpecialDay.area_id == area.id, SpecialDay.day == day)).first()
    row = row or SpecialDay(area_id=area.id, day=day, kind=kind, name=name, set_by=person.id)
    row.kind, row.name, row.set_by, row.set_at = kind, name.strip(), person.id, now()
    session.add(row)
    session.flush()
    audit.record(session, person.id, "day.set", area.id, day=day.isoformat(), kind=kind.value, name=row.name)
    return row


def forget(session: Session, person: Person, area: Area, day: date) -> None:
    """The calendar decides again. Raises NotFoundError."""
    row = session.exec(select(SpecialDay).where(SpecialDay.area_id == area.id, SpecialDay.day == day)).first()
    if row is None:
        raise NotFoundError("Ngày này không có quyết định riêng.")
    session.delete(row)
    audit.record(session, person.id, "day.forget", area.id, day=day.isoformat())
