"""The plan on the API and on the command line: who sounds when, what meets, what waits."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlmodel import select
from typer import Typer
from typer.testing import CliRunner

from loa.plan_command import plan as command
from protocol.states import State
from server.tables import Area, Delivery, Emergency, Occurrence, Person, Schedule
from tests.hours import ZONE, tomorrow


def plan(commune, who="canbo", area="", start=None, end=None, expect=None):
    start, end = start or tomorrow(0), end or tomorrow(0) + timedelta(days=1)
    times = "&".join(f"{name}={quote(at.isoformat())}" for name, at in (("from", start), ("to", end)))
    return commune.call(who, "GET", f"/plan?area_id={area}&{times}", expect=expect)


def track(made, speaker):
    return next(track for track in made["tracks"] if speaker in [one["id"] for one in track["speakers"]])


def sounds(track):
    return [(one["title"], clock(one["start"]), clock(one["end"])) for one in track["segments"]]


def clock(text):
    return f"{datetime.fromisoformat(text).astimezone(ZONE):%H:%M:%S}"


@pytest.fixture
def two_villages(commune):
    for name, place in (("loa-1", "na-it"), ("loa-2", "na-it"), ("loa-3", "khuoi-khit")):
        commune.speaker(name, place)
    return commune


def test_speakers_that_do_the_same_share_a_track(two_villages):
    version = two_villages.approved(title="Họp thôn", duration_ms=90_000)
    two_villages.schedule(version, "na-it", start_at=tomorrow(17))
    made = plan(two_villages)
    assert made["speakers"] == 3
    assert sounds(track(made, "loa-1")) == [("Họp thôn", "17:00:00", "17:01:30")]
    assert [one["id"] for one in track(made, "loa-1")["speakers"]] == ["loa-1", "loa-2"]
    assert track(made, "loa-3")["segments"] == []
    assert made["conflicts"] == []
    assert plan(two_villages, area="khuoi-khit")["speakers"] == 1


def test_what_meets_is_said_before_anybody_hears_it(two_villages):
    long = two_villages.approved(title="Nông vụ", duration_ms=300_000)
    urgent = two_villages.approved(title="Mất nước", priority=2, duration_ms=60_000)
    late = two_villages.approved(title="Văn nghệ", duration_ms=60_000)
    two_villages.schedule(long, "khuoi-nan", start_at=tomorrow(17))
    two_villages.schedule(urgent, "na-it", start_at=tomorrow(17, 2), max_start_delay_s=600)
    two_villages.schedule(late, "na-it", start_at=tomorrow(17, 1), max_start_delay_s=60)
    made = plan(two_villages)
    assert sounds(track(made, "loa-1")) == [
        ("Nông vụ", "17:00:00", "17:05:00"),
        ("Mất nước", "17:05:00", "17:06:00"),
    ]
    effects = {conflict["title"]: conflict for conflict in made["conflicts"]}
    assert effects.keys() == {"Mất nước", "Văn nghệ"}
    assert (effects["Mất nước"]["effect"], effects["Mất nước"]["speakers"]) == ("late", 2)
    assert "3 phút 00 giây" in effects["Mất nước"]["message"]
    assert (effects["Văn nghệ"]["effect"], effects["Văn nghệ"]["by_title"]) == ("missed", "Nông vụ")


def test_further_ahead_than_rows_are_made_the_rule_speaks(two_villages):
    two_villages.schedule(two_villages.approved(title="Sáng"), "na-it", start_at=tomorrow(6), rule="FREQ=DAILY")
    made = plan(two_villages, area="na-it", start=tomorrow(0), end=tomorrow(0) + timedelta(days=20))
    days = [affair["due_at"][:10] for affair in track(made, "loa-1")["affairs"]]
    assert len(days) == len(set(days)) == 20
    assert {bool(affair["occurrence_id"]) for affair in track(made, "loa-1")["affairs"]} == {True, False}


def test_what_waits_for_approval_is_named_and_does_not_sound(two_villages):
    version = two_villages.bulletin(title="Chưa duyệt")["version"]["id"]
    two_villages.rendered(version)
    two_villages.call("canbo", "POST", f"/versions/{version}/submit")
    two_villages.schedule(version, "na-it", start_at=tomorrow(17), when_approved=True)
    made = plan(two_villages)
    assert [(one["title"], one["status"]) for one in made["waiting"]] == [("Chưa duyệt", "waiting")]
    assert track(made, "loa-1")["segments"] == []


def test_what_was_withdrawn_or_is_over_is_told_as_it_is(two_villages):
    gone = two_villages.schedule(two_villages.approved(title="Thu hồi"), "na-it", start_at=tomorrow(6))
    two_villages.call("canbo", "POST", f"/schedules/{gone['id']}/withdraw")
    done = two_villages.schedule(two_villages.approved(title="Xong"), "na-it", start_at=tomorrow(7))
    with two_villages.station().database.write() as session:
        occurrence_id = done["occurrences"][0]["id"]
        delivery = session.exec(
            select(Delivery).where(Delivery.occurrence_id == occurrence_id, Delivery.speaker_id == "loa-1")
        ).one()
        delivery.state, delivery.started_at, delivery.played_ms = State.CUT, tomorrow(7), 5000
        delivery.reason = "power"
        session.add(delivery)
    made = plan(two_villages, area="na-it")
    assert sounds(track(made, "loa-1")) == [("Xong", "07:00:00", "07:00:05")]
    (withdrawn, affair) = track(made, "loa-1")["affairs"]
    assert (withdrawn["end"], withdrawn["known"]) == ("WITHDRAWN", True)
    assert (affair["end"], affair["reason"], affair["known"]) == ("CUT", "power", True)
    assert sounds(track(made, "loa-2")) == [("Xong", "07:00:00", "07:00:20")]


def test_only_who_may_see_an_area_sees_its_plan(two_villages):
    plan(two_villages, who="truongthon2", area="na-it", expect=403)
    plan(two_villages, who="truongthon", area="na-it")
    plan(two_villages, start=tomorrow(6), end=tomorrow(5), expect=422)


def test_the_command_line_says_the_same(two_villages):
    version = two_villages.approved(title="Họp thôn", duration_ms=90_000)
    two_villages.schedule(version, "na-it", start_at=tomorrow(17))
    day = tomorrow(0).date().isoformat()
    app = Typer()
    app.command()(command)
    arguments = ["--data", str(two_villages.settings.data_dir), "--area", "na-it", "--from", day, "--to", day]
    printed = CliRunner().invoke(app, [*arguments, "--json"])
    assert printed.exit_code == 0, printed.output
    made = json.loads(printed.stdout)
    assert made["tracks"] == plan(two_villages, area="na-it")["tracks"]
    text = CliRunner().invoke(app, arguments).stdout
    assert "17:00:00–17:01:30  Họp thôn" in text
    wrong = CliRunner().invoke(app, [*arguments, "--from", "hôm qua"])
    assert wrong.exit_code == 2
    assert "Không hiểu thời điểm" in wrong.output


def test_the_next_day_by_default(two_villages):
    two_villages.schedule(two_villages.approved(title="Sắp phát"), "na-it")
    made = two_villages.call("canbo", "GET", "/plan")
    start, end = (datetime.fromisoformat(made[edge]) for edge in ("start", "end"))
    assert end - start == timedelta(days=1)
    assert abs(start - datetime.now(UTC)) < timedelta(minutes=5)
    assert track(made, "loa-1")["segments"][0]["title"] == "Sắp phát"


def test_an_emergency_in_force_lies_over_everything_until_its_latest_end(two_villages):
    calm = two_villages.approved(title="Nông vụ", duration_ms=120_000)
    two_villages.schedule(calm, "na-it", start_at=tomorrow(17))
    two_villages.schedule(calm, "na-it", start_at=tomorrow(20))
    flood = two_villages.approved(title="Lũ về", priority=1, duration_ms=20_000)
    raise_emergency(two_villages, flood, "loa-1", tomorrow(16, 59), timedelta(hours=1))
    made = plan(two_villages, area="na-it")
    there = track(made, "loa-1")
    floods = [one for one in there["segments"] if one["title"] == "Lũ về"]
    assert len(floods) == 120  # twenty seconds, and ten to draw breath
    assert max(datetime.fromisoformat(one["end"]) for one in floods) <= tomorrow(17, 59)
    (missed,) = made["conflicts"]
    assert (missed["effect"], missed["title"], missed["by_title"], missed["speakers"]) == (
        "missed",
        "Nông vụ",
        "Lũ về",
        1,
    )
    assert [one["end"] for one in there["affairs"] if one["title"] == "Nông vụ"] == ["MISSED", "PLAYED"]
    assert len(track(made, "loa-2")["segments"]) == 2


def raise_emergency(commune, version, speaker, at, lasts):
    """An order as the air side writes it, for one speaker and an instant of our choice."""
    with commune.station().database.write() as session:
        area = session.exec(select(Area).where(Area.code == "na-it")).one()
        leader = session.exec(select(Person).where(Person.username == "lanhdao")).one()
        schedule = Schedule(
            version_id=version, area_id=area.id, start_at=at, max_start_delay_s=lasts.total_seconds(), duration_ms=20_000,
            created_by=leader.id,
        )  # fmt: skip
        session.add(schedule)
        session.flush()
        occurrence = Occurrence(schedule_id=schedule.id, version_id=version, due_at=at, not_after=at + lasts)
        session.add(occurrence)
        session.flush()
        session.add(Delivery(occurrence_id=occurrence.id, speaker_id=speaker, state=State.UNKNOWN))
        session.add(
            Emergency(
                id=occurrence.id, area_id=area.id, authority="Chủ tịch xã", ordered_by=leader.id, ordered_at=at, alert_rev=1,
                alert_token="t",
            )
        )  # fmt: skip


def test_a_relay_goes_on_quietly_under_the_communes_own_word(two_villages):
    radio = {"name": "VOV1", "area_id": "khuoi-nan", "urls": ["https://radio.example/vov1"]}
    made = two_villages.call("canbo", "POST", "/relays", json=radio)
    version = two_villages.call("lanhdao", "POST", f"/relays/{made['id']}/approve")["version_id"]
    two_villages.schedule(version, "khuoi-nan", start_at=tomorrow(5, 30), length_ms=30 * 60_000)
    two_villages.schedule(
        two_villages.approved(title="Mất nước", duration_ms=60_000), "na-it", start_at=tomorrow(5, 40)
    )
    made = plan(two_villages)
    assert sounds(track(made, "loa-1")) == [
        ("VOV1", "05:30:00", "05:39:59"),
        ("VOV1", "05:39:59", "05:41:00"),
        ("Mất nước", "05:40:00", "05:41:00"),
        ("VOV1", "05:41:00", "06:00:00"),
    ]
    assert [one["ducked"] for one in track(made, "loa-1")["segments"]] == [False, True, False, False]
    (ducked,) = made["conflicts"]
    assert (ducked["effect"], ducked["by_title"], ducked["speakers"]) == ("ducked", "Mất nước", 2)


def test_an_emergency_is_not_put_on_a_schedule_nor_into_a_programme(two_villages):
    flood = two_villages.approved(title="Lũ về", priority=1)
    two_villages.schedule(flood, "na-it", who="canbo", expect=403)
    assert "Khẩn cấp" in two_villages.schedule(flood, "na-it", who="lanhdao", expect=409)["error"]["message"]
