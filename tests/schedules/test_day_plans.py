"""The ready-made day plans are plans that a commune may have: by their rules, hours and lengths."""

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from protocol.policy import Policy
from schedules.lunar import lunar_day
from schedules.policy import judge
from schedules.recurrence import check_rule, instants
from schedules.templates import day_plans

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize("plan", day_plans().values(), ids=lambda plan: plan.id)
def test_each_slot_has_days_is_allowed_by_default_and_meets_no_other(plan):
    spans = []
    for slot in plan.slots:
        assert check_rule(slot.rule) == slot.rule
        length = timedelta(minutes=slot.minutes)
        start = slot.first(MONDAY, ZONE)
        found = list(instants(slot.rule, start, after=start, before=start + timedelta(days=31), zone=ZONE.key))
        assert found
        assert all(judge(Policy(), at, length) is None for at in found)
        spans += [(at, at + length) for at in found]
    spans.sort()
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert len({slot.key for slot in plan.slots}) == len(plan.slots)


def test_a_lunar_slot_is_on_lunar_days():
    (slot,) = day_plans()["ram-mung-mot"].slots
    start = slot.first(MONDAY, ZONE)
    found = instants(slot.rule, start, after=start, before=datetime(2026, 12, 31, tzinfo=ZONE), zone=ZONE.key)
    assert {lunar_day(at.astimezone(ZONE).date()).day for at in found} == {1, 15}
