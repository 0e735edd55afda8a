"""Weekly windows, held against asking every minute."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import Weekly, intersect

ZONE = "Asia/Ho_Chi_Minh"
MONDAY = datetime(2026, 6, 1, tzinfo=ZoneInfo(ZONE))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
WINDOWS = st.lists(
    st.builds(Weekly, start=TIMES, end=TIMES, weekdays=st.lists(st.integers(0, 6), min_size=1, unique=True).map(tuple)),
    max_size=4,
)


def open_at(windows, at):
    """Whether this local minute lies in a window, by its definition."""
    for window in windows:
        for back in (0, 1):
            day = (at - timedelta(days=back)).replace(hour=0, minute=0)
            start = day.replace(hour=window.start.hour, minute=window.start.minute)
            end = day.replace(hour=window.end.hour, minute=window.end.minute)
            if end <= start:
                end += timedelta(days=1)
            if day.weekday() in window.weekdays and start <= at < end:
                return True
    return False


@given(WINDOWS, WINDOWS)
@settings(max_examples=40, deadline=None)
def test_what_two_rules_leave_is_what_both_allow(one, other):
    common = intersect(one, other)
    for quarter in range(7 * 96):
        at = MONDAY + timedelta(minutes=15 * quarter)
        assert open_at(common, at) == (open_at(one, at) and open_at(other, at)), at


@given(WINDOWS)
@settings(max_examples=50, deadline=None)
def test_a_rule_with_itself_is_itself(windows):
    assert intersect(windows, windows) == intersect(windows, [Weekly(time(0), time(0), tuple(range(7)))])
