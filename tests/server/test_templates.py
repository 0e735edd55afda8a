"""Day plans put on a schedule, messages completed by a village head."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RADIO = {"name": "VOV1", "area_id": "khuoi-nan", "urls": ["https://radio.example/vov1.m3u8"]}
MEETING = {"gio": "19:30", "ngay": "2026-12-25", "dia_diem": "nhà văn hoá thôn", "noi_dung": "bàn việc làm đường."}


@pytest.fixture
def village(commune):
    commune.speaker("loa-1")
    return commune


def apply(commune, plan, contents, expect=None, who="canbo"):
    day = (datetime.now(ZONE) + timedelta(days=1)).date().isoformat()
    body = {"area_id": "khuoi-nan", "first_day": day, "contents": contents}
    return commune.call(who, "POST", f"/templates/days/{plan}/apply", json=body, expect=expect)


def relay(commune):
    made = commune.call("canbo", "POST", "/relays", json=RADIO)
    commune.call("lanhdao", "POST", f"/relays/{made['id']}/approve")
    return made["id"]


def test_a_day_plan_fills_what_it_is_given(village):
    plans = {plan["id"]: plan for plan in village.call("truongthon", "GET", "/templates/days")["items"]}
    assert [slot["at"] for slot in plans["hai-buoi"]["slots"]] == ["05:30:00", "06:00:00", "17:00:00", "17:15:00"]
    contents = {"tiep-song-sang": {"relay_id": relay(village)}, "ban-tin-chieu": {"version_id": village.approved()}}
    radio, news = apply(village, "hai-buoi", contents)["items"]
    times = [
        {datetime.fromisoformat(o["due_at"]).astimezone(ZONE).strftime("%H:%M") for o in one["schedules"][0]["occurrences"]}
        for one in (radio, news)
    ]  # fmt: skip
    assert times == [{"05:30"}, {"17:00"}]
    assert radio["schedules"][0]["duration_ms"] == 30 * 60_000
    assert {one["rule"] for filled in (radio, news) for one in filled["schedules"]} == {"FREQ=DAILY"}


def test_what_does_not_fit_a_slot_makes_nothing(village):
    good = {"tiep-song-sang": {"relay_id": relay(village)}}
    long = {"ban-tin-chieu": {"version_id": village.approved(duration_ms=16 * 60_000)}}
    apply(village, "hai-buoi", good | long, expect=422)
    apply(village, "hai-buoi", {"tiep-song-sang": {"version_id": village.approved()}}, expect=422)
    apply(village, "hai-buoi", {"dem": {"version_id": village.approved()}}, expect=422)
    apply(village, "hai-buoi", {}, expect=422)
    apply(village, "khong-co", good, expect=404)
    apply(village, "hai-buoi", good, who="truongthon", expect=404)
    assert village.call("canbo", "GET", "/schedules")["items"] == []


def test_a_programme_fills_a_slot_too(village):
    bulletin = village.bulletin(title="Nông vụ")
    version = bulletin["version"]["id"]
    village.rendered(version, 60_000)
    village.call("canbo", "POST", f"/versions/{version}/submit")
    village.call("lanhdao", "POST", f"/versions/{version}/approve")
    body = {
        "title": "Chiều",
        "area_id": "khuoi-nan",
        "slot_s": 600,
        "items": [{"kind": "bulletin", "id": bulletin["id"]}],
    }
    made = village.call("canbo", "POST", "/programmes", json=body)
    (filled,) = apply(village, "ba-ngay", {"ban-tin-chieu": {"programme_id": made["id"]}})["items"]
    assert filled["schedules"][0]["rule"] == "FREQ=WEEKLY;BYDAY=MO,WE,FR"
    assert filled["schedules"][0]["run_id"]


def test_a_village_head_completes_a_message(village):
    (meeting,) = [
        one for one in village.call("truongthon", "GET", "/templates/messages")["items"] if one["id"] == "hop-thon"
    ]
    assert [blank["kind"] for blank in meeting["blanks"]] == ["time", "date", "text", "text"]
    filled = village.call("truongthon", "POST", "/templates/messages/hop-thon/fill", json={"values": MEETING})
    assert "19 giờ 30 ngày thứ sáu, 25/12/2026" in filled["text"]
    assert "bàn việc làm đường.\n" in filled["text"]
    made = village.call("truongthon", "POST", "/templates/messages/hop-thon/bulletin", json={"values": MEETING})
    assert made["title"] == "Họp thôn"
    spoken = " ".join(sentence["spoken"] for sentence in made["script"]["sentences"])
    assert "mười chín giờ ba mươi" in spoken
    assert "Thôn Nà Ít" in spoken or "thôn Nà Ít" in spoken


def test_a_blank_that_is_wrong_is_named(village):
    wrong = [
        ({"gio": ""}, "Giờ họp"),
        ({"gio": "25:00"}, "Giờ họp"),
        ({"ngay": "mai"}, "Ngày họp"),
        ({"noi_dung": "x" * 400}, "dài quá"),
    ]
    for change, says in wrong:
        body = {"values": {**MEETING, **change}}
        assert says in village.error("truongthon", "POST", "/templates/messages/hop-thon/fill", 422, json=body)
    elsewhere = {"values": MEETING, "area_id": "khuoi-khit"}
    village.error("truongthon", "POST", "/templates/messages/hop-thon/fill", 403, json=elsewhere)


def test_every_message_can_be_filled_and_read(village):
    sample = {"text": "việc chung", "date": "2026-12-25", "time": "07:00", "number": "50000"}
    for message in village.call("canbo", "GET", "/templates/messages")["items"]:
        values = {blank["name"]: sample[blank["kind"]] for blank in message["blanks"]}
        path = f"/templates/messages/{message['id']}/bulletin"
        made = village.call("truongthon", "POST", path, json={"values": values})
        assert not any(sentence["flags"] for sentence in made["script"]["sentences"]), message["id"]
