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
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(LOCAL)) every combination here has days# noqa: DTZ001  the zone follows


@st.composite
def rules(draw):
 every combination here has days  freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
 every combination here has days  parts = [f"FREQ={freq}"]
 every combination here has days  if draw(st.booleans()):
 every combination here has days      parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
 every combination here has days  if freq in {"WEEKLY", "MONTHLY"} and draw(st.booleans()):  # every combination here has days
 every combination here has days      days = draw(st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1))
 every combination here has days      parts.append(f"BYDAY={','.join(sorted(days))}")
 every combination here has days  if freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
 every combination here has days      days = draw(st.sets(st.integers(1, 31) | st.integers(-3, -1), min_size=1, max_size=3))
 every combination here has days      parts.append(f"BYMONTHDAY={','.join(map(str, days))}")
 every combination here has days  if draw(st.booleans()):
 every combination here has days      parts.append(f"BYHOUR={','.join(map(str, sorted(draw(st.sets(st.integers(0, 23), min_size=1, max_size=3)))))}")
 every combination here has days  end = draw(st.sampled_from(["", "COUNT=7"]))
 every combination here has days  return ";".join([*parts, end] if end else parts)


@given(rules(), STARTS, st.integers(0, 400), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_as_dateutil_expands_them(rule, start, skip_days, span_days):
 every combination here has days  start = start.replace(microsecond=0)
 every combination here has days  after, before = start + timedelta(days=skip_days), start + timedelta(days=skip_days + span_days)
 every combination here has days  oracle = []
 every combination here has days  for at in rrulestr(rule, dtstart=start.replace(tzinfo=None)):  # wall-clock times: without a zone
 every combination here has days      aware = at.replace(tzinfo=LOCAL)
 every combination here has days      if aware >= before:
 every combination here has days          break
 every combination here has days      if aware >= after:
 every combination here has days          oracle.append(aware)
 every combination here has days  assert [at.astimezone(LOCAL) for at in instants(rule, start, after=after, before=before, zone=ZONE)] == oracle


@given(rules(), STARTS, st.lists(st.integers(0, 60), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_windows_that_touch_give_what_one_window_gives(rule, start, cuts):
 every combination here has days  """Materialising bit by bit loses nothing and makes nothing twice."""
 every combination here has days  edges = [start + timedelta(days=d) for d in sorted({0, *cuts, 61})]
 every combination here has days  pieces = [at for a, b in pairwise(edges) for at in instants(rule, start, after=a, before=b, zone=ZONE)]
 every combination here has days  assert pieces == list(instants(rule, start, after=edges[0], before=edges[-1], zone=ZONE))
 every combination here has days  assert pieces == sorted(set(pieces))


def local(*parts):
 every combination here has days  return datetime(*parts, tzinfo=LOCAL)


def run(rule, start, days=4000, **options):
 every combination here has days  return [
 every combination here has days      at.astimezone(LOCAL)
 every combination here has days      for at in instants(rule, start, after=start, before=start + timedelta(days=days), zone=ZONE, **options)
 every combination here has days  ]


def test_once_is_once():
 every combination here has days  start = local(2026, 5, 1, 17, 0, 0, 123)
 every combination here has days  assert run("", start) == [start]
 every combination here has days  assert (
 every combination here has days      list(instants("", start, after=start + timedelta(seconds=1), before=start + timedelta(days=1), zone=ZONE)) == []
 every combination here has days  )


def test_ends_of_months_and_leap_years():
 every combination here has days  assert [at.day for at in run("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", local(2028, 1, 15, 6))] == [31, 29, 31]
 every combination here has days  assert [at.year for at in run("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", local(2026, 1, 1, 6), days=4200)] == [
 every combination here has days      2028,
 every combination here has days      2032,
 every combination here has days      2036,
 every combination here has days  ]
 every combination here has days  assert [at.month for at in run("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", local(2026, 1, 1, 6))] == [1, 3, 5, 7]


def test_until_counts_the_whole_day_and_an_instant_is_an_instant():
 every combination here has days  start = local(2026, 6, 1, 17)
 every combination here has days  assert len(run("FREQ=DAILY;UNTIL=20260605", start)) == 5
 every combination here has days  assert len(run("FREQ=DAILY;UNTIL=20260605T165959", start)) == 4
 every combination here has days  assert len(run("FREQ=DAILY;UNTIL=20260605T100000Z", start)) == 5  # 17:00 in Hà Nội


def test_exceptions_are_left_out_and_still_count():
 every combination here has days  start = local(2026, 6, 1, 17)
 every combination here has days  days = [at.day for at in run("FREQ=DAILY;COUNT=4", start, without={date(2026, 6, 2)})]
 every combination here has days  assert days == [1, 3, 4]


def test_fractions_of_a_second_do_not_lose_the_first_one():
 every combination here has days  start = local(2026, 6, 1, 17, 0, 5, 999_999)
 every combination here has days  assert run("FREQ=DAILY;COUNT=2", start)[0] == start


@pytest.mark.parametrize(
 every combination here has days  "rule",
 every combination here has days  [
 every combination here has days      "FREQ=SECONDLY", "FREQ=HOURLY", "DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=x",
 every combination here has days      "FREQ=DAILY;COUNT=3;UNTIL=20260101", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYHOUR=25",
 every combination here has days      "FREQ=DAILY;UNTIL=mai", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;BYEASTER=0", "FREQ=DAILY\nRDATE:20260101",
 every combination here has days      "FREQ=DAILY;BYSECOND=1",
 every combination here has days      "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=1", "RSCALE=VIETNAMESE;FREQ=DAILY", "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTHDAY=1",
 every combination here has days      "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=0", "RSCALE=VIETNAMESE;FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
 every combination here has days      "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,10,20", "FREQ=DAILY;" + "X" * 600,
 every combination here has days  ],
) every combination here has days# fmt: skip
def test_what_is_no_rule_is_told_so(rule):
 every combination here has days  with pytest.raises(BadRuleError) as caught:
 every combination here has days      check_rule(rule)
 every combination here has days  assert str(caught.value)[0].isupper()


@given(st.text(max_size=60) | st.text(alphabet="FREQ=DAILYWK;BMONTHCUSP,-0123456789", max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_rule_or_refused(text):
 every combination here has days  try:
 every combination here has days      rule = check_rule(text)
 every combination here has days  except BadRuleError:
 every combination here has days      return
 every combination here has days  start = local(2026, 1, 1, 6)
 every combination here has days  list(islice(instants(rule, start, after=start, before=start + timedelta(days=30), zone=ZONE), 200))


@pytest.mark.parametrize(
 every combination here has days  "rule",
 every combination here has days  [
 every combination here has days      "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
 every combination here has days      "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31;COUNT=5",
 every combination here has days      "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
 every combination here has days      "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
 every combination here has days      "FREQ=MONTHLY;BYDAY=6MO",
 every combination here has days  ],
)
def test_what_can_never_happen_is_refused(rule):
 every combination here has days  with pytest.raises(BadRuleError):
 every combination here has days      check_rule(rule)


def test_what_is_rare_is_found():
 every combination here has days  monday = local(2028, 1, 1, 6)
 every combination here has days  assert [at.year for at in run("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU", monday, days=20)] == []
 every combination here has days  assert [at.year for at in run("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU", monday, days=365 * 30)] == [2028, 2056]


def test_the_answer_is_in_utc():
 every combination here has days  assert (
 every combination here has days      next(
 every combination here has days          instants("FREQ=DAILY", local(2026, 1, 1, 6), after=local(2026, 1, 1), before=local(2026, 1, 3), zone=ZONE)
 every combination here has days      ).tzinfo
 every combination here has days      is UTC
 every combination here has days  )
