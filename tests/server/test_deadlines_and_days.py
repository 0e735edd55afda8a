"""Not approved in time, holidays, mourning: what does not sound, and who is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.scheduling import deadlines, materialise
from server.tables.columns import now
from tests.hours import ZONE, tomorrow

DATABASES = "both"


def notices(commune, who):
    return [n["text"] for n in commune.call(who, "GET", "/notices")["items"]]


@pytest.fixture
def submitted(commune):
    commune.speaker("loa-1")
    version = commune.bulletin(title="Họp thôn")["version"]["id"]
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    return version


def watch(commune, at):
    station = commune.station()
    with station.database.write() as session:
        deadlines.watch(session, at, station.settings.timezone)


def test_approved_in_time_it_is_on_air(commune, submitted):
    commune.schedule(submitted, expect=409)
    waiting = commune.schedule(submitted, when_approved=True)
    assert (waiting["status"], waiting["occurrences"]) == ("waiting", [])
    commune.call("lanhdao", "POST", f"/versions/{submitted}/approve")
    (schedule,) = commune.call("canbo", "GET", "/schedules")["items"]
    assert schedule["status"] == "active"
    (occurrence,) = commune.call("canbo", "GET", "/occurrences")["items"]
    assert [d["state"] for d in occurrence["deliveries"]] == ["QUEUED"]


def test_not_approved_it_is_not_aired_and_people_are_told_twice(commune, submitted):
    start_at = now() + timedelta(hours=2)
    commune.schedule(submitted, start_at=start_at, when_approved=True)
    watch(commune, start_at - timedelta(minutes=90))
    assert notices(commune, "canbo") == []
    for _ in range(3):
        watch(commune, start_at - timedelta(minutes=59))
    for who in ("canbo", "lanhdao"):
        (text,) = notices(commune, who)
        assert "Họp thôn" in text
        assert "chưa được duyệt" in text
    assert notices(commune, "truongthon") == []
    watch(commune, start_at + timedelta(seconds=1))
    assert len(notices(commune, "lanhdao")) == 2
    assert commune.call("canbo", "GET", "/schedules")["items"] == []
    commune.call("lanhdao", "POST", f"/versions/{submitted}/approve")  # too late
    assert commune.call("canbo", "GET", "/occurrences")["items"] == []
    newest = commune.call("canbo", "GET", "/notices")["items"][0]
    commune.call("canbo", "POST", f"/notices/{newest['id']}/read")
    assert len(notices(commune, "canbo")) == 1


def test_what_is_sent_back_waits_no_longer(commune, submitted):
    commune.schedule(submitted, when_approved=True)
    commune.call("lanhdao", "POST", f"/versions/{submitted}/refuse", json={"note": "Sai"})
    watch(commune, now())
    assert commune.call("canbo", "GET", "/schedules")["items"] == []


def due(commune, version, start, days, **fields):
    commune.schedule(version, start_at=start, **fields)
    station = commune.station()
    for ahead in range(0, days, 4):
        with station.database.write() as session:
            materialise(session, start + timedelta(days=ahead), station.settings.timezone)
    found = commune.call("canbo", "GET", f"/occurrences?{span(start, start + timedelta(days=days))}&limit=1000")[
        "items"
    ]
    return {datetime.fromisoformat(occurrence["due_at"]).astimezone(ZONE).date() for occurrence in found}


def span(first, last):
    """A query for the occurrences from `first` to `last`."""
    return "&".join(f"{name}={at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for name, at in (("from", first), ("to", last)))


def test_holidays_are_left_out_where_that_is_wished(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    year = datetime.now(ZONE).year + 1
    start = datetime(year, 4, 28, 17, tzinfo=ZONE)
    found = due(commune, version, start, 8, rule="FREQ=DAILY", skip_holidays=True, except_days=[f"{year}-05-02"])
    assert date(year, 4, 29) in found
    assert date(year, 4, 30) not in found  # Giải phóng miền Nam
    assert date(year, 5, 1) not in found
    assert date(year, 5, 2) not in found  # the schedule's own exception


def test_the_commune_overrides_the_calendar(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    year = datetime.now(ZONE).year + 1
    commune.call(
        "lanhdao", "PUT", f"/areas/khuoi-nan/days/{year}-04-30", json={"kind": "ordinary", "name": "Phát như thường"}
    )
    commune.call("lanhdao", "PUT", f"/areas/khuoi-nan/days/{year}-04-29", json={"kind": "holiday", "name": "Hội xuân"})
    found = due(commune, version, datetime(year, 4, 28, 17, tzinfo=ZONE), 4, rule="FREQ=DAILY", skip_holidays=True)
    assert date(year, 4, 30) in found
    assert date(year, 4, 29) not in found
    days = commune.call("canbo", "GET", f"/areas/na-it/days?from={year}-04-29&to={year}-04-30")["items"]
    assert [(d["kind"], d["name"]) for d in days] == [("holiday", "Hội xuân"), ("ordinary", "Phát như thường")]
    assert days[1]["holiday"]


def test_mourning_silences_what_repeats_and_nothing_else(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    start = tomorrow(10)
    day = (start + timedelta(days=2)).date()
    commune.schedule(version, start_at=start, rule="FREQ=DAILY")
    commune.schedule(version, start_at=start + timedelta(days=2, minutes=1))
    commune.call("lanhdao", "PUT", f"/areas/khuoi-nan/days/{day}", json={"kind": "mourning", "name": "Quốc tang"})
    of_day = [
        o for o in commune.call("canbo", "GET", f"/occurrences?{span(now(), now() + timedelta(days=9))}")["items"]
        if datetime.fromisoformat(o["due_at"]).astimezone(ZONE).date() == day
    ]  # fmt: skip
    assert sorted(o["status"] for o in of_day) == ["planned", "withdrawn"]
    station = commune.station()
    with station.database.write() as session:
        assert materialise(session, now(), station.settings.timezone) == 0


def test_a_holiday_decided_at_short_notice_silences_what_leaves_holidays_out(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    start = tomorrow(10)
    day = (start + timedelta(days=2)).date()
    path = f"/areas/khuoi-nan/days/{day}"
    commune.call("lanhdao", "PUT", path, json={"kind": "ordinary", "name": "Ngày thường"})  # whatever the calendar says
    skipping = commune.schedule(version, start_at=start, rule="FREQ=DAILY", skip_holidays=True)["id"]
    commune.schedule(version, start_at=start + timedelta(minutes=1), rule="FREQ=DAILY")
    commune.call("lanhdao", "PUT", path, json={"kind": "holiday", "name": "Hội xuân"})
    withdrawn = [
        (o["schedule_id"], datetime.fromisoformat(o["due_at"]).astimezone(ZONE).date())
        for o in commune.call("canbo", "GET", f"/occurrences?{span(now(), now() + timedelta(days=9))}")["items"]
        if o["status"] == "withdrawn"
    ]
    assert withdrawn == [(skipping, day)]


def test_a_schedule_that_no_day_is_left_for_does_not_stand_in_the_way_of_the_approval(commune, submitted):
    start = datetime.now(ZONE) + timedelta(days=1)
    rule = {"rule": "FREQ=DAILY;COUNT=1", "skip_holidays": True}
    day = {"kind": "ordinary", "name": "Ngày làm việc"}
    commune.call("lanhdao", "PUT", f"/areas/khuoi-nan/days/{start.date()}", json=day)
    commune.schedule(submitted, start_at=start, when_approved=True, **rule)
    day = {"kind": "holiday", "name": "Hội xuân"}
    commune.call("lanhdao", "PUT", f"/areas/khuoi-nan/days/{start.date()}", json=day)
    commune.call("lanhdao", "POST", f"/versions/{submitted}/approve")
    assert commune.call("canbo", "GET", f"/versions/{submitted}")["status"] == "approved"
    assert commune.call("canbo", "GET", "/schedules")["items"] == []
