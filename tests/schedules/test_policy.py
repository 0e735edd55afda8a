"""Who may sound when: hours, sessions and ceilings, at their edges."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.policy import Policy, VolumeCeiling, Window
from schedules.policy import Rule, allowed_spans, ceiling_percent, judge

VN = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = Policy(allowed=(Window(start=time(5), end=time(22)),), session_minutes=60, owner="UBND xã")
MONDAY = datetime(2026, 3, 2, tzinfo=VN)
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("start", "minutes", "rule"),
    [
        (at(5), 30, None),
        (at(4, 59), 30, Rule.HOURS),
        (at(3, 15), 1, Rule.HOURS),
        (at(21, 30), 30, None),
        (at(21, 31), 30, Rule.HOURS),
        (at(12), 60, None),
        (at(12), 61, Rule.SESSION),
    ],
)
def test_hours_and_sessions_at_their_edges(start, minutes, rule):
    objection = judge(DAY, start, minutes * MINUTE)
    assert (objection.rule if objection else None) == rule


def test_an_emergency_is_exempt():
    assert judge(DAY, at(3, 15), 180 * MINUTE, emergency=True) is None


def test_the_refusal_says_what_happened_whose_rule_and_what_to_do():
    text = str(judge(DAY, at(3, 15), MINUTE))
    assert "03:15" in text
    assert "05:00–22:00" in text
    assert "UBND xã" in text
    assert "Hãy chọn giờ khác" in text


def test_a_window_over_midnight_belongs_to_the_day_it_starts():
    night = Policy(allowed=(Window(start=time(22), end=time(1), weekdays=(0,)),))
    assert judge(night, at(0, 30, day=1), MINUTE) is None  # Tuesday 00:30, from Monday's window
    assert judge(night, at(0, 30, day=2), MINUTE) is not None
    assert judge(night, at(0, 30), MINUTE) is not None  # Sunday's night is not allowed


def test_touching_windows_count_as_one_and_equal_ends_are_a_whole_day():
    split = Policy(allowed=(Window(start=time(5), end=time(12)), Window(start=time(12), end=time(22))))
    assert judge(split, at(11, 50), 20 * MINUTE) is None
    whole = Policy(allowed=(Window(start=time(0), end=time(0)),))
    assert judge(whole, at(23, 50), 20 * MINUTE) is None


def test_no_window_means_silence():
    objection = judge(Policy(allowed=()), at(12), MINUTE)
    assert objection is not None
    assert "không giờ nào" in str(objection)


def test_the_lowest_ceiling_in_force_counts():
    noon = VolumeCeiling(window=Window(start=time(11), end=time(14)), percent=50)
    early = VolumeCeiling(window=Window(start=time(5), end=time(12)), percent=70)
    policy = Policy(ceilings=(noon, early))
    assert [ceiling_percent(policy, at(h)) for h in (4, 5, 11, 12, 14)] == [100, 70, 50, 50, 100]


windows = st.builds(
    Window,
    start=st.times(),
    end=st.times(),
    weekdays=st.lists(st.integers(0, 6), unique=True, max_size=7).map(tuple),
)


@given(
    windows=st.lists(windows, max_size=4).map(tuple),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC"]),
    start=st.integers(1_735_689_600, 1_798_761_600).map(lambda unix: datetime.fromtimestamp(unix, UTC)),
    minutes=st.integers(0, 60),
)
def test_what_is_allowed_is_allowed_at_every_minute_of_it(windows, zone, start, minutes):
    policy = Policy(allowed=windows, timezone=zone)
    if judge(policy, start, minutes * MINUTE) is None:
        assert all(judge(policy, start + m * MINUTE, timedelta()) is None for m in range(minutes + 1))


@given(
    windows=st.lists(windows, max_size=4).map(tuple),
    start=st.integers(0, 4_000_000_000).map(lambda unix: datetime.fromtimestamp(unix, UTC)),
)
def test_spans_are_in_order_and_apart(windows, start):
    spans = allowed_spans(Policy(allowed=windows), start, start + timedelta(days=3))
    assert all(a.end < b.start for a, b in pairwise(spans))
    assert all(span.start <= span.end for span in spans)
