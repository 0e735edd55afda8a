"""Programmes: their length known before, fitted to the slot or refused, on air as jobs of their own."""

from datetime import datetime, timedelta

from sqlmodel import select

from protocol.priorities import Priority
from server.air.manifest import plans
from server.tables import Delivery, Relay, Speaker
from server.tables.columns import now
from tests.hours import ZONE, tomorrow

RADIO = "https://radio.example/vov1.m3u8"


def bulletin(commune, title, seconds, **fields):
    made = commune.bulletin(title=title, **fields)
    version = made["version"]["id"]
    commune.rendered(version, seconds * 1000)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    return {"kind": "bulletin", "id": made["id"]}


def relay(commune, *, approved=True, seconds=None):
    made = commune.call("canbo", "POST", "/relays", json={"name": "VOV1", "area_id": "khuoi-nan", "urls": [RADIO]})
    if approved:
        commune.call("lanhdao", "POST", f"/relays/{made['id']}/approve")
    return {"kind": "relay", "id": made["id"], **({"seconds": seconds} if seconds else {})}


def programme(commune, *items, slot_s=1800, who="canbo", expect=None, **fields):
    body = {"title": "Chương trình sáng", "area_id": "khuoi-nan", "slot_s": slot_s, "items": list(items), **fields}
    return commune.call(who, "POST", "/programmes", json=body, expect=expect)


def air(commune, made, who="canbo", expect=None, start_at=None, **fields):
    body = {"area_id": "khuoi-nan", "start_at": (start_at or tomorrow(5, 30)).isoformat(), **fields}
    return commune.call(who, "POST", f"/programmes/{made['id']}/air", json=body, expect=expect)


def test_items_follow_each_other_and_a_relay_fills_what_is_left(village):
    made = programme(
        village, relay(village), bulletin(village, "Nông vụ", 200), bulletin(village, "Họp", 99), pause_s=2
    )
    assert made["problem"] == ""
    assert [(part["title"], part["offset_ms"], part["length_ms"]) for part in made["parts"]] == [
        ("VOV1", 0, 1_497_000),
        ("Nông vụ", 1_499_000, 200_000),
        ("Họp", 1_701_000, 99_000),
    ]
    assert made["length_ms"] == 1_800_000


def test_what_does_not_fit_is_refused_with_the_figures(village):
    long = bulletin(village, "Dài", 1900)
    text = village.error("canbo", "POST", "/programmes", 422, json={
        "title": "Sáng", "area_id": "khuoi-nan", "slot_s": 1800, "items": [long],
    })  # fmt: skip
    assert "31 phút 40 giây" in text
    assert "là 1 phút 40 giây" in text
    programme(
        village, relay(village), bulletin(village, "Gần hết", 1750), expect=422
    )  # not a minute left for the radio
    programme(village, relay(village), relay(village), expect=422)  # two that fill
    made = programme(village, bulletin(village, "Vừa", 1700))
    text = village.error("canbo", "PATCH", f"/programmes/{made['id']}", 422, json={"slot_s": 600})
    assert "28 phút 20 giây" in text


def test_on_air_each_item_is_a_job_and_the_radio_is_a_stream(village):
    run = air(village, programme(village, relay(village, seconds=1200), bulletin(village, "Nông vụ", 200)))
    assert run["length_ms"] == 1_401_000
    (radio, words) = run["schedules"]
    assert {one["run_id"] for one in run["schedules"]} == {run["id"]}
    due = [datetime.fromisoformat(one["occurrences"][0]["due_at"]) for one in (radio, words)]
    assert due == [tomorrow(5, 30), tomorrow(5, 30) + timedelta(seconds=1201)]
    with village.station().database.read() as session:
        speaker = session.get(Speaker, "loa-1")
        jobs = [job for _, job in plans(session, [speaker], now())["loa-1"].jobs]
    assert [job.priority for job in jobs] == [Priority.RELAY, Priority.NORMAL]
    assert jobs[0].stream.urls == (RADIO,)
    assert jobs[0].stream.until == due[0] + timedelta(minutes=20)
    assert jobs[1].audio.duration_ms == 200_000


def test_every_day_of_the_rule_has_the_whole_programme(village):
    items = [bulletin(village, f"Tin {number}", 60) for number in range(3)]
    run = air(village, programme(village, *items), rule="FREQ=DAILY;BYHOUR=5,17;BYMINUTE=30")
    times = sorted(
        datetime.fromisoformat(one["due_at"]).astimezone(ZONE).strftime("%H:%M:%S")
        for schedule in run["schedules"]
        for one in schedule["occurrences"][:2]
    )
    assert times == ["05:30:00", "05:31:01", "05:32:02", "17:30:00", "17:31:01", "17:32:02"]


def test_a_programme_is_one_session_of_the_day_and_its_whole_length_counts(village):
    rules = {"allowed": [{"start": "00:00", "end": "00:00"}], "sessions_a_day": 1, "session_minutes": 10}
    village.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    short = [bulletin(village, f"Tin {number}", 240) for number in range(2)]
    air(village, programme(village, *short))
    air(village, programme(village, *short), start_at=tomorrow(17), expect=422)  # the second one of the day
    third = bulletin(village, "Tin 3", 240)
    air(village, programme(village, *short, third), start_at=tomorrow(5) + timedelta(days=1), expect=422)  # 12 minutes


def test_what_is_not_approved_keeps_it_off_the_air_by_name(village):
    draft = village.bulletin(title="Nháp")
    made = programme(village, bulletin(village, "Xong", 60), {"kind": "bulletin", "id": draft["id"]})
    assert "Nháp" in made["problem"]
    assert "chưa được duyệt" in village.error(
        "canbo", "POST", f"/programmes/{made['id']}/air", 409,
        json={"area_id": "khuoi-nan", "start_at": tomorrow(6).isoformat()},
    )  # fmt: skip
    waiting = programme(village, relay(village, approved=False, seconds=600))
    assert "VOV1" in waiting["problem"]
    assert village.call("canbo", "GET", "/occurrences")["items"] == []


def test_at_an_unusual_hour_one_word_of_a_second_person_is_for_all_of_it(village):
    night = {"allowed": [{"start": "00:00", "end": "00:00"}], "usual": [{"start": "05:00", "end": "21:00"}]}
    village.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=night)
    run = air(
        village, programme(village, *(bulletin(village, f"Tin {n}", 60) for n in range(3))), start_at=tomorrow(3, 15)
    )
    assert {one["status"] for one in run["schedules"]} == {"unconfirmed"}
    assert len(village.call("lanhdao", "GET", "/notices")["items"]) == 1
    village.call("canbo2", "POST", f"/schedules/{run['schedules'][1]['id']}/confirm")
    assert {one["status"] for one in village.call("canbo", "GET", "/schedules")["items"]} == {"active"}


def test_withdrawn_it_is_gone_whole(village):
    run = air(village, programme(village, bulletin(village, "Một", 60), bulletin(village, "Hai", 60)))
    gone = village.call("canbo", "POST", f"/programmes/runs/{run['id']}/withdraw")["items"]
    assert [one["status"] for one in gone] == ["withdrawn", "withdrawn"]
    village.call("canbo", "POST", f"/programmes/runs/{run['id']}/withdraw", expect=409)
    with village.station().database.read() as session:
        assert {one.state for one in session.exec(select(Delivery))} == {"WITHDRAWN"}


def test_a_relay_is_approved_by_another_person_and_retired_with_its_schedules(village):
    made = village.call("canbo", "POST", "/relays", json={"name": "VOV1", "area_id": "khuoi-nan", "urls": [RADIO]})
    village.call("canbo2", "POST", f"/relays/{made['id']}/approve", expect=403)
    approved = village.call("lanhdao", "POST", f"/relays/{made['id']}/approve")
    village.call("lanhdao", "POST", f"/relays/{made['id']}/approve", expect=409)
    scheduled = village.schedule(approved["version_id"], start_at=tomorrow(6), length_ms=1_200_000)
    assert scheduled["duration_ms"] == 1_200_000
    village.schedule(approved["version_id"], start_at=tomorrow(7), expect=422)  # how long?
    village.call("canbo", "DELETE", f"/relays/{made['id']}")
    assert village.call("canbo", "GET", "/relays")["items"] == []
    assert village.call("canbo", "GET", "/schedules")["items"] == []
    with village.station().database.read() as session:
        assert session.get(Relay, made["id"]).retired_at is not None


def test_what_is_no_radio_is_refused(village):
    for url in ("file:///etc/passwd", "rtmp://x/y", "http://", "không phải", "http://a b/", "http://["):
        body = {"name": "VOV1", "area_id": "khuoi-nan", "urls": [url]}
        assert "không đúng" in village.error("canbo", "POST", "/relays", 422, json=body)


def test_nobody_puts_another_villages_bulletin_into_a_programme(village):
    own = bulletin(village, "Của xã", 60)
    body = {"title": "Thôn", "area_id": "na-it", "slot_s": 600, "items": [own]}
    village.call("truongthon", "POST", "/programmes", json=body, expect=404)
    village.call("kythuat", "POST", "/programmes", json=body, expect=403)


def test_where_a_bulletin_is_used(village):
    item = bulletin(village, "Nông vụ", 60)
    version = village.call("canbo", "GET", f"/bulletins/{item['id']}")["version"]["id"]
    assert village.call("canbo", "GET", f"/bulletins/{item['id']}/uses") == {
        "schedules": [],
        "programmes": [],
        "prepared": [],
    }
    made = programme(village, item)
    air(village, made, rule="FREQ=DAILY")
    gone = village.schedule(version, start_at=tomorrow(8))
    village.call("canbo", "POST", f"/schedules/{gone['id']}/withdraw")
    village.schedule(version, "na-it", start_at=tomorrow(9))
    village.call(
        "lanhdao", "POST", "/emergencies/prepared", json={"hazard": "flood", "version_id": version, "area_id": "na-it"}
    )
    uses = village.call("truongthon", "GET", f"/bulletins/{item['id']}/uses", expect=404)  # the commune's own affair
    uses = village.call("lanhdao", "GET", f"/bulletins/{item['id']}/uses")
    assert [(one["programme"], one["rule"], one["area_name"]) for one in uses["schedules"]] == [
        ("Chương trình sáng", "FREQ=DAILY", "Xã Khuổi Nằn"),
        ("", "", "Thôn Nà Ít"),
    ]
    assert datetime.fromisoformat(uses["schedules"][1]["next_at"]) == tomorrow(9)
    assert [one["title"] for one in uses["programmes"]] == ["Chương trình sáng"]
    assert [one["hazard"] for one in uses["prepared"]] == ["flood"]
