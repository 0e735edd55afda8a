"""Rules of recurrence, held against dateutil, the calendar and reason."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import BadRuleError
from schedules.recurrence import check_rule, instants

ZONE = "Asia/Ho_Chi_Minh"
LOCAL = ZoneInfo(ZONE)
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(LOCAL))  # noqa: DTZ001  the zone follows


@st.composite
def rules(draw):
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if freq in {"WEEKLY", "MONTHLY"} and draw(st.booleans()):  # every combination here has days
        days = draw(st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1))
        parts.append(f"BYDAY={','.join(sorted(days))}")
    if freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        days = draw(st.sets(st.integers(1, 31) | st.integers(-3, -1), min_size=1, max_size=3))
        parts.append(f"BYMONTHDAY={','.join(map(str, days))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={','.join(map(str, sorted(draw(st.sets(st.integers(0, 23), min_size=1, max_size=3)))))}")
    end = draw(st.sampled_from(["", "COUNT=7"]))
    return ";".join([*parts, end] if end else parts)


@given(rules(), STARTS, st.integers(0, 400), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_as_dateutil_expands_them(rule, start, skip_days, span_days):
    start = start.replace(microsecond=0)
    after, before = start + timedelta(days=skip_days), start + timedelta(days=skip_days + span_days)
    oracle = []
    for at in rrulestr(rule, dtstart=start.replace(tzinfo=None)):  # wall-clock times: without a zone
        aware = at.replace(tzinfo=LOCAL)
        if aware >= before:
            break
        if aware >= after:
            oracle.append(aware)
    assert [at.astimezone(LOCAL) for at in instants(rule, start, after=after, before=before, zone=ZONE)] == oracle


@given(rules(), STARTS, st.lists(st.integers(0, 60), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_windows_that_touch_give_what_one_window_gives(rule, start, cuts):
    """Materialising bit by bit loses nothing and makes nothing twice."""
    edges = [start + timedelta(days=d) for d in sorted({0, *cuts, 61})]
    pieces = [at for a, b in pairwise(edges) for at in instants(rule, start, after=a, before=b, zone=ZONE)]
    assert pieces == list(instants(rule, start, after=edges[0], before=edges[-1], zone=ZONE))
    assert pieces == sorted(set(pieces))


def local(*parts):
    return datetime(*parts, tzinfo=LOCAL)


def run(rule, start, days=4000, **options):
    return [
        at.astimezone(LOCAL)
        for at in instants(rule, start, after=start, before=start + timedelta(days=days), zone=ZONE, **options)
    ]


def test_once_is_once():
    start = local(2026, 5, 1, 17, 0, 0, 123)
    assert run("", start) == [start]
    assert (
        list(instants("", start, after=start + timedelta(seconds=1), before=start + timedelta(days=1), zone=ZONE)) == []
    )


def test_ends_of_months_and_leap_years():
    assert [at.day for at in run("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", local(2028, 1, 15, 6))] == [31, 29, 31]
    assert [at.year for at in run("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", local(2026, 1, 1, 6), days=4200)] == [
        2028,
        2032,
        2036,
    ]
    assert [at.month for at in run("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", local(2026, 1, 1, 6))] == [1, 3, 5, 7]


def test_until_counts_the_whole_day_and_an_instant_is_an_instant():
    start = local(2026, 6, 1, 17)
    assert len(run("FREQ=DAILY;UNTIL=20260605", start)) == 5
    assert len(run("FREQ=DAILY;UNTIL=20260605T165959", start)) == 4
    assert len(run("FREQ=DAILY;UNTIL=20260605T100000Z", start)) == 5  # 17:00 in Hà Nội


def test_exceptions_are_left_out_and_still_count():
    start = local(2026, 6, 1, 17)
    days = [at.day for at in run("FREQ=DAILY;COUNT=4", start, without={date(2026, 6, 2)})]
    assert days == [1, 3, 4]


def test_fractions_of_a_second_do_not_lose_the_first_one():
    start = local(2026, 6, 1, 17, 0, 5, 999_999)
    assert run("FREQ=DAILY;COUNT=2", start)[0] == start


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=HOURLY", "DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;COUNT=3;UNTIL=20260101", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;UNTIL=mai", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;BYEASTER=0", "FREQ=DAILY\nRDATE:20260101",
        "FREQ=DAILY;BYSECOND=1", "FREQ=DAILY;COUNT=99999999999999999999", "FREQ=DAILY;INTERVAL=99999999999999999999",
        "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=1", "RSCALE=VIETNAMESE;FREQ=DAILY", "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTHDAY=1",
        "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=0", "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,10,20", "FREQ=DAILY;" + "X" * 600,
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told_so(rule):
    with pytest.raises(BadRuleError) as caught:
        check_rule(rule)
    assert str(caught.value)[0].isupper()


@given(st.text(max_size=60) | st.text(alphabet="FREQ=DAILYWK;BMONTHCUSP,-0123456789", max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_rule_or_refused(text):
    try:
        rule = check_rule(text)
    except BadRuleError:
        return
    start = local(2026, 1, 1, 6)
    list(islice(instants(rule, start, after=start, before=start + timedelta(days=30), zone=ZONE), 200))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31;COUNT=5",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=MONTHLY;BYDAY=6MO",
    ],
)
def test_what_can_never_happen_is_refused(rule):
    with pytest.raises(BadRuleError):
        check_rule(rule)


def test_what_is_rare_is_found():
    monday = local(2028, 1, 1, 6)
    assert [at.year for at in run("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU", monday, days=20)] == []
    assert [at.year for at in run("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU", monday, days=365 * 30)] == [2028, 2056]


def test_the_answer_is_in_utc():
    assert (
        next(
            instants("FREQ=DAILY", local(2026, 1, 1, 6), after=local(2026, 1, 1), before=local(2026, 1, 3), zone=ZONE)
        ).tzinfo
        is UTC
    )
