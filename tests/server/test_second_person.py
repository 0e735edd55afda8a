"""An unusual hour needs a second person: the village that was woken at 03:15 by one mistyped timer."""

from datetime import time, timedelta
from urllib.parse import urlencode

import pytest

from protocol.policy import Window
from server.policy import DEFAULT_OWNER, AreaRules, Hours
from server.scheduling import deadlines
from tests.hours import ZONE, tomorrow


@pytest.fixture
def village(village, usual_hours):  # noqa: ARG001  the hours are the commune's
    return village


def test_at_an_unusual_hour_nothing_is_made_until_somebody_else_agrees(village):
    made = village.schedule(village.approved(title="Tiếp sóng"), start_at=tomorrow(3, 15))
    assert (made["status"], made["occurrences"]) == ("unconfirmed", [])
    assert "03:15" in village.call("lanhdao", "GET", "/notices")["items"][0]["text"]
    day = urlencode({"from": tomorrow(0).isoformat(), "to": tomorrow(6).isoformat()})
    assert village.call("canbo", "GET", f"/plan?{day}")["waiting"][0]["status"] == "unconfirmed"
    text = village.error("canbo", "POST", f"/schedules/{made['id']}/confirm", 403)
    assert "người thứ hai" in text
    village.call("kythuat", "POST", f"/schedules/{made['id']}/confirm", expect=403)
    village.call("truongthon2", "POST", f"/schedules/{made['id']}/confirm", expect=404)
    agreed = village.call("canbo2", "POST", f"/schedules/{made['id']}/confirm")
    assert agreed["status"] == "active"
    assert agreed["confirmed_by"]
    assert [one["deliveries"][0]["state"] for one in agreed["occurrences"]] == ["QUEUED"]
    village.call("lanhdao", "POST", f"/schedules/{made['id']}/confirm", expect=409)
    acts = [entry["act"] for entry in village.call("lanhdao", "GET", "/audit")["items"]]
    assert "schedule.confirm" in acts


def test_one_instant_of_a_rule_is_enough_and_a_usual_hour_asks_nobody(village):
    rule = "FREQ=DAILY;BYHOUR=4,17"
    assert village.schedule(village.approved(), start_at=tomorrow(4), rule=rule)["status"] == "unconfirmed"
    late = village.schedule(village.approved(duration_ms=300_000), start_at=tomorrow(20, 58))
    assert late["status"] == "unconfirmed"  # it would go on after 21:00
    assert village.schedule(village.approved(), start_at=tomorrow(17))["status"] == "active"


def test_nobody_agreed_it_does_not_sound_and_people_are_told(village):
    made = village.schedule(village.approved(title="Nửa đêm"), start_at=tomorrow(3, 15))
    station = village.station()
    for at in (tomorrow(2, 30), tomorrow(3, 16)):
        with station.database.write() as session:
            deadlines.watch(session, at, station.settings.timezone)
    told = [notice["text"] for notice in village.call("canbo", "GET", "/notices")["items"]]
    assert any("không được phát lúc 03:15" in text and "người thứ hai" in text for text in told)
    village.call("canbo2", "POST", f"/schedules/{made['id']}/confirm", expect=409)
    assert village.call("canbo", "GET", "/schedules")["items"] == []


def test_withdrawn_before_anybody_agreed_it_is_gone(village):
    made = village.schedule(village.approved(), start_at=tomorrow(3, 15))
    village.call("canbo", "POST", f"/schedules/{made['id']}/withdraw")
    village.call("canbo2", "POST", f"/schedules/{made['id']}/confirm", expect=409)


def test_an_approval_that_comes_later_does_not_replace_the_second_person(village):
    version = village.bulletin()["version"]["id"]
    village.rendered(version)
    village.call("canbo", "POST", f"/versions/{version}/submit")
    made = village.schedule(version, start_at=tomorrow(3, 15), when_approved=True)
    village.call("lanhdao", "POST", f"/versions/{version}/approve")
    assert village.call("canbo", "GET", "/schedules")["items"][0]["status"] == "unconfirmed"
    assert village.call("lanhdao", "POST", f"/schedules/{made['id']}/confirm")["status"] == "active"


def window(start, end):
    return (Window(start=time(start), end=time(end)),)


@pytest.mark.parametrize(
    ("rules", "unusual"),
    [
        ([(DEFAULT_OWNER, AreaRules(allowed=window(5, 22)))], True),  # nobody decided anything
        ([("Xã", AreaRules(allowed=window(5, 22)))], False),  # decided by hand
        ([("Xã", AreaRules(usual=window(6, 20)))], True),
        ([("Thôn", AreaRules(usual=window(0, 0))), ("Xã", AreaRules(usual=window(6, 20)))], True),
    ],
)
def test_what_is_usual_is_decided_by_who_decided_hours(rules, unusual):
    assert Hours("Xã", tuple(rules)).unusual(tomorrow(21, 30), timedelta(minutes=5), ZONE.key) is unusual
