"""The Vietnamese lunar calendar, held against vnlunar and known days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vnlunar
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import BadRuleError
from schedules.lunar import LunarDay, lunar_day, month_length
from schedules.recurrence import instants

ZONE = "Asia/Ho_Chi_Minh"
LOCAL = ZoneInfo(ZONE)


def oracle(day):
    found = vnlunar.convert_solar_to_lunar(day.day, day.month, day.year, 7.0)  # reckoned, not from its table
    return LunarDay(day=found["day"], month=found["month"], year=found["year"], leap=bool(found["leap"]))


@given(st.dates(date(1950, 1, 1), date(2075, 12, 31)))
@settings(max_examples=500, deadline=None)
def test_as_vnlunar_reckons(day):
    assert lunar_day(day) == oracle(day)


TET = {
    2007: date(2007, 2, 17),  # a day before China
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2030: date(2030, 2, 2),  # a day before China
}  # fmt: skip


@pytest.mark.parametrize("year", TET)
def test_tet(year):
    assert lunar_day(TET[year]) == LunarDay(day=1, month=1, year=year, leap=False)


def days(rule, start, span):
    at = datetime(start.year, start.month, start.day, 6, tzinfo=LOCAL)
    return [
        i.astimezone(LOCAL).date() for i in instants(rule, at, after=at, before=at + timedelta(days=span), zone=ZONE)
    ]


def test_mung_mot_and_ram_of_every_month():
    found = days("RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=1,15", date(2025, 1, 29), 384)  # a year with a leap month
    assert len(found) == 26
    assert {lunar_day(day).day for day in found} == {1, 15}


def test_the_kings_day_comes_once_also_in_a_leap_year():
    found = days("RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10", date(2023, 1, 1), 365 * 5)
    assert found == [date(2023, 4, 29), date(2024, 4, 18), date(2025, 4, 7), date(2026, 4, 26), date(2027, 4, 16)]


def test_a_leap_month_is_named():
    # 2025 has a leap month 6
    plain = days("RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=15", date(2025, 1, 29), 384)
    leap = days("RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=6L;BYMONTHDAY=15", date(2025, 1, 29), 384)
    assert (plain, leap) == ([date(2025, 7, 9)], [date(2025, 8, 8)])


def test_the_last_day_of_the_year_is_the_29th_or_30th():
    found = days("RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", date(2024, 1, 1), 365 * 4)
    assert all(lunar_day(day + timedelta(days=1)) == LunarDay(1, 1, day.year, leap=False) for day in found)
    assert {lunar_day(day).day for day in found} == {29, 30}
    assert len(found) == 4


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
@settings(max_examples=100, deadline=None)
def test_months_have_the_length_that_the_days_say(day):
    length = month_length(day)
    first = day - timedelta(days=lunar_day(day).day - 1)
    assert [lunar_day(first + timedelta(days=n)).day for n in range(length)] == list(range(1, length + 1))
    assert lunar_day(first + timedelta(days=length)).day == 1


def test_the_thirtieth_is_left_out_or_moved_back():
    omitted = days("RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=30", date(2026, 2, 17), 355)
    moved = days("RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=BACKWARD", date(2026, 2, 17), 355)
    assert {lunar_day(day).day for day in omitted} == {30}
    assert set(omitted) < set(moved)
    assert {lunar_day(day).day for day in set(moved) - set(omitted)} == {29}
    assert len(moved) == 12


def test_beyond_the_reckoned_years_it_says_so():
    with pytest.raises(BadRuleError, match="Lịch âm"):
        lunar_day(date(1850, 1, 1))
