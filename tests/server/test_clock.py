"""The station's clock jumps, the process sleeps for an hour or a fortnight: no instant is lost, none is made twice."""

import itertools
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from protocol.states import State
from schedules.lunar import LunarDay, lunar_day
from server.air import reaper
from server.scheduling import materialise
from server.tables import Area, Delivery, Occurrence, Person, Schedule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local(*parts):
    return datetime(*parts, tzinfo=ZONE)


def tick(commune, *instants):
    station = commune.station()
    for at in instants:
        with station.database.write() as session:
            materialise(session, at, station.settings.timezone)
            reaper.expire(session, at)


def due(commune):
    with commune.station().database.read() as session:
        return sorted(one.due_at.astimezone(ZONE) for one in session.exec(select(Occurrence)))


@pytest.fixture
def start(commune):
    """Seventeen o'clock in three days."""
    commune.speaker("loa-1")
    return (datetime.now(ZONE) + 3 * DAY).replace(hour=17, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    "clock",
    [
        [0, 1, 2, 3],  # every hour
        [0, 30, 6, 54],  # ahead by a day, back again, on
        [0, 30 * 24, 0, 24],  # a month ahead and back: somebody mistyped the year's month
        [0, 15 * 24],  # asleep for a fortnight
        [0, 0, -5, -30],  # back before its beginning
    ],
)
def test_whatever_the_clock_does_each_instant_is_made_once(commune, start, clock):
    commune.schedule(commune.approved(), start_at=start, rule="FREQ=DAILY")
    tick(commune, *(start - HOUR + hours * HOUR for hours in clock))
    last = max([start - 3 * DAY, *(start - HOUR + hours * HOUR for hours in clock)]) + 8 * DAY
    found = due(commune)
    assert len(found) == len(set(found))
    assert found[0] == start
    assert all(later - earlier == DAY for earlier, later in itertools.pairwise(found))
    assert last - 2 * DAY <= found[-1] < last


def test_asleep_for_an_hour_what_was_due_then_is_told_as_expired_and_not_played_late(commune, start):
    commune.schedule(commune.approved(), start_at=start, rule="FREQ=DAILY;COUNT=2")
    tick(commune, start - HOUR / 2, start + HOUR / 2)
    with commune.station().database.read() as session:
        states = [
            delivery.state
            for delivery, occurrence in session.exec(
                select(Delivery, Occurrence).join(Occurrence).order_by(Occurrence.due_at)
            )
        ]
    assert states == [State.EXPIRED, State.QUEUED]


CALENDARS = {
    "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1": [
        (2028, 1, 26),
        (2029, 2, 13),
        (2030, 2, 2),
    ],  # a day before China
    "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1": [(2028, 1, 25), (2029, 2, 12), (2030, 2, 1)],  # giao thừa
    "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=15": [(2028, 7, 7)],  # in the leap month only
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3": [(2028, 1, 31), (2028, 3, 31), (2028, 5, 31)],
    "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3": [(2028, 1, 31), (2028, 2, 29), (2028, 3, 31)],
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": [(2028, 2, 29)],
}


def test_calendars_reach_the_database_as_they_are(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    with commune.station().database.write() as session:
        area = session.exec(select(Area).where(Area.code == "na-it")).one()
        officer = session.exec(select(Person).where(Person.username == "canbo")).one()
        for rule in CALENDARS:
            session.add(
                Schedule(
                    version_id=version, area_id=area.id, start_at=local(2028, 1, 1, 6), rule=rule, duration_ms=1000,
                    created_by=officer.id,
                )
            )  # fmt: skip
    tick(commune, *(local(2028, 1, 1) + step * 30 * DAY for step in range(27)))
    found = {rule: [] for rule in CALENDARS}
    with commune.station().database.read() as session:
        for occurrence, schedule in session.exec(select(Occurrence, Schedule).join(Schedule)):
            at = occurrence.due_at.astimezone(ZONE)
            assert (at.hour, at.minute) == (6, 0)
            found[schedule.rule].append((at.year, at.month, at.day))
    assert {rule: sorted(days) for rule, days in found.items()} == CALENDARS


def test_2028_has_a_leap_month_and_its_full_moons_are_all_there():
    assert lunar_day(local(2028, 7, 7).date()) == LunarDay(15, 5, 2028, leap=True)
    assert lunar_day(local(2030, 2, 2).date()) == LunarDay(1, 1, 2030, leap=False)
