"""Who may do what, where; what village heads may; what an area allows."""

from datetime import datetime, timedelta

import pytest

from tests.hours import ZONE, tomorrow
from tests.server.browser import Browser
from tests.server.conftest import PASSWORD

DATABASES = "both"


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        (
            "canbo",
            "POST",
            "/people",
            {"username": "x1", "name": "X", "role": "leader", "password": "12345678", "area_id": "khuoi-nan"},
        ),
        ("canbo", "PUT", "/areas/khuoi-nan/policy", {}),
        ("kythuat", "POST", "/bulletins", None),
        ("truongthon", "PUT", "/areas/na-it/policy", {}),
        ("truongthon", "POST", "/areas", {"name": "Xóm mới", "parent_id": "na-it"}),
        ("kythuat", "GET", "/audit", None),
        ("canbo", "PUT", "/areas/khuoi-nan/days/2027-01-05", {"kind": "mourning", "name": "x"}),
    ],
)
def test_what_a_role_may_not(commune, who, method, path, body):
    options = (
        {"data": {"text": "Họp."}} if body is None and method == "POST" else {"json": body} if body is not None else {}
    )
    message = commune.error(who, method, path, 403, **options)
    assert "không được" in message


def test_a_village_head_keeps_to_his_village_and_to_normal_messages(commune):
    commune.speaker("loa-1", "na-it")
    commune.speaker("loa-2", "khuoi-khit")
    assert "Khuổi Khít" in commune.error(
        "truongthon", "POST", "/bulletins", 403, data={"text": "Họp.", "area_id": "khuoi-khit"}
    )
    commune.error("truongthon", "POST", "/bulletins", 403, data={"text": "Họp.", "priority": "2"})
    version = commune.approved("truongthon")
    commune.schedule(version, "khuoi-khit", "truongthon", expect=403)
    commune.schedule(version, "khuoi-nan", "truongthon", expect=403)
    assert commune.schedule(version, "na-it", "truongthon")["occurrences"]
    other = commune.bulletin("truongthon2")["id"]
    commune.error("truongthon", "GET", f"/bulletins/{other}", 404)
    assert len(commune.call("canbo", "GET", "/bulletins")["items"]) == 2


def test_a_deputy_approves_while_the_grant_lasts(commune):
    people = {p["username"]: p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"]}
    path = f"/people/{people['canbo2']}/rights"
    until = (datetime.now(ZONE) + timedelta(days=3)).isoformat()
    body = {"action": "approve", "area_id": "khuoi-nan", "priorities": [3], "until": until}
    commune.error("canbo", "POST", path, 403, json=body)
    version = commune.bulletin("canbo")["version"]["id"]
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.error("canbo2", "POST", f"/versions/{version}/approve", 403)
    grant = commune.call("lanhdao", "POST", path, json=body)
    assert commune.call("canbo2", "POST", f"/versions/{version}/approve")["status"] == "approved"
    urgent = commune.bulletin("canbo", priority="2")["version"]["id"]
    commune.rendered(urgent)
    commune.call("canbo", "POST", f"/versions/{urgent}/submit")
    assert "loại tin này" in commune.error("canbo2", "POST", f"/versions/{urgent}/approve", 403)
    commune.call("lanhdao", "DELETE", f"{path}/{grant['id']}")
    third = commune.bulletin("canbo")["version"]["id"]
    commune.rendered(third)
    commune.call("canbo", "POST", f"/versions/{third}/submit")
    commune.error("canbo2", "POST", f"/versions/{third}/approve", 403)


def test_a_leader_of_a_village_leads_not_the_station(commune):
    body = {"username": "truongxom", "name": "Lý Thị Súa", "role": "leader", "password": PASSWORD, "area_id": "na-it"}
    commune.call("lanhdao", "POST", "/people", json=body)
    for path in ("/keys", "/audit", "/audit/export", "/audit/verdict"):
        assert "Khuổi Nằn" in commune.error("truongxom", "GET", path, 403)
    assert commune.call("lanhdao", "GET", "/audit")["items"]
    people = {p["username"]: p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"]}
    last = commune.error("lanhdao", "PATCH", f"/people/{people['lanhdao']}", 409, json={"active": False})
    assert "lãnh đạo cuối cùng" in last
    commune.call("lanhdao", "PATCH", f"/people/{people['truongxom']}", json={"active": False})


def test_who_was_given_a_right_elsewhere_can_use_it(commune):
    commune.speaker("loa-2", "khuoi-khit")
    made = commune.schedule(commune.approved("truongthon2"), "khuoi-khit", "truongthon2")["occurrences"][0]["id"]
    commune.error("truongthon", "GET", f"/occurrences/{made}", 404)
    people = {p["username"]: p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"]}
    body = {"action": "schedule", "area_id": "khuoi-khit", "priorities": [3]}
    commune.call("lanhdao", "POST", f"/people/{people['truongthon']}/rights", json=body)
    assert commune.call("truongthon", "GET", f"/occurrences/{made}")["id"] == made
    assert commune.call("truongthon", "POST", f"/occurrences/{made}/withdraw")["status"] == "withdrawn"

    body = {"hazard": "flood", "area_id": "khuoi-khit", "version_id": commune.approved(priority=1)}
    prepared = commune.call("canbo", "POST", "/emergencies/prepared", json=body)["id"]
    assert [one["id"] for one in commune.call("truongthon", "GET", "/emergencies/prepared")["items"]] == [prepared]


def test_pages_offer_the_places_of_a_right_that_was_given(commune):
    commune.speaker("loa-2", "khuoi-khit")
    version, urgent = (
        commune.approved("truongthon"),
        commune.approved(area_id="khuoi-khit", priority=1, title="Lũ quét"),
    )
    head = Browser.signed_in(commune.client, "truongthon")
    assert "Khuổi Khít" not in head.open(f"/len-song/{version}")
    head.open("/khan-cap/phat", status=403)
    people = {p["username"]: p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"]}
    body = {"action": "emergency", "area_id": "khuoi-khit", "priorities": [1]}
    commune.call("lanhdao", "POST", f"/people/{people['truongthon']}/rights", json=body)
    assert "Khuổi Khít" in head.open(f"/len-song/{version}")
    assert "Khuổi Khít" in head.open("/dung")
    assert "Lũ quét" in head.open("/khan-cap")
    assert "Khuổi Khít" in head.open(f"/khan-cap/phat?tin=version:{urgent}")


def test_nobody_gives_what_he_has_not(commune):
    me = commune.call("lanhdao", "GET", "/me")["id"]
    body = {
        "action": "write",
        "area_id": "khuoi-nan",
    }  # a leader may not write, so he cannot give it, not even to himself
    commune.error("lanhdao", "POST", f"/people/{me}/rights", 403, json=body)


def test_who_is_shut_out_is_out_at_once(commune):
    people = {p["username"]: p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"]}
    commune.call("canbo2", "GET", "/me")
    commune.call("lanhdao", "PATCH", f"/people/{people['canbo2']}", json={"active": False})
    commune.error("canbo2", "GET", "/me", 401)
    assert "lãnh đạo cuối cùng" in commune.error(
        "lanhdao", "PATCH", f"/people/{people['lanhdao']}", 409, json={"active": False}
    )


def test_guessing_a_password_is_slowed_down(commune):
    statuses = [
        commune.client.post("/api/v1/sign-in", json={"username": "canbo", "password": "sai"}).status_code
        for _ in range(10)
    ]
    assert statuses == [401] * 8 + [429] * 2
    assert (
        commune.client.post("/api/v1/sign-in", json={"username": "canbo", "password": "mật khẩu đủ dài"}).status_code
        == 429
    )


def test_the_rule_and_its_owner_are_named(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json={"allowed": [{"start": "05:30", "end": "21:00"}]})
    commune.call("lanhdao", "PUT", "/areas/na-it/policy", json={"allowed": [{"start": "16:00", "end": "23:00"}]})
    early = commune.schedule(version, start_at=tomorrow(15, 59), expect=422)["error"]
    assert early["code"] == "policy"
    assert "Thôn Nà Ít" in early["message"]
    assert "16:00–23:00" in early["message"]
    late = commune.schedule(version, start_at=tomorrow(21, 30), expect=422)["error"][
        "message"
    ]  # the village cannot widen
    assert "Xã Khuổi Nằn" in late
    assert "05:30–21:00" in late
    assert commune.schedule(version, start_at=tomorrow(17))["occurrences"]
    effective = commune.call("canbo", "GET", "/areas/na-it/policy")["effective"]
    assert [(w["start"], w["end"]) for w in effective["allowed"]] == [("16:00:00", "21:00:00")]


def test_sessions_and_minutes_a_day_are_counted_per_village(commune):
    commune.speaker("loa-1", "na-it")
    commune.speaker("loa-2", "khuoi-khit")
    rules = {"allowed": [{"start": "00:00", "end": "00:00"}], "sessions_a_day": 2, "minutes_a_day": 25}
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    ten = commune.approved(duration_ms=600_000)
    commune.schedule(ten, "na-it", start_at=tomorrow(6))
    commune.schedule(ten, "khuoi-khit", start_at=tomorrow(6))
    commune.schedule(ten, "khuoi-nan", start_at=tomorrow(8), test=True)  # a drill does not count
    commune.schedule(ten, "khuoi-nan", start_at=tomorrow(17))
    message = commune.schedule(ten, "na-it", start_at=tomorrow(18), expect=422)["error"]["message"]
    assert "Thôn Nà Ít đã có 2 lần phát" in message
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json={**rules, "sessions_a_day": 9})
    message = commune.schedule(ten, "na-it", start_at=tomorrow(18), expect=422)["error"]["message"]
    assert "quá 25 phút" in message
    five = commune.approved(duration_ms=300_000)
    assert commune.schedule(five, "na-it", start_at=tomorrow(18))["occurrences"]
    twice = commune.schedule(
        five,
        "na-it",
        start_at=tomorrow(6) + timedelta(days=3),
        rule="FREQ=DAILY;BYHOUR=6,7,8,9,10,11;COUNT=6",
        expect=422,
    )
    assert "25 phút" in twice["error"]["message"]


def test_two_villages_of_one_name_are_counted_each(commune):
    commune.speaker("loa-1", "na-it")
    body = {"name": "Thôn Nà Ít", "code": "na-it-duoi", "parent_id": "khuoi-nan"}
    commune.call("lanhdao", "POST", "/areas", json=body)
    rules = {"allowed": [{"start": "00:00", "end": "00:00"}], "sessions_a_day": 1}
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    version = commune.approved()
    commune.schedule(version, "na-it", start_at=tomorrow(6))
    commune.schedule(version, "khuoi-nan", start_at=tomorrow(8), expect=422)


def test_too_long_for_a_session(commune):
    commune.speaker("loa-1")
    long = commune.approved(duration_ms=61 * 60_000)
    assert "60 phút" in commune.schedule(long, expect=422)["error"]["message"]


def test_village_heads_keep_to_their_limits(commune):
    commune.speaker("loa-1")
    rules = {
        "allowed": [{"start": "00:00", "end": "00:00"}],
        "village": {"allowed": [{"start": "06:00", "end": "20:00"}], "sessions_a_day": 1, "minutes_a_day": 5},
    }
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    version = commune.approved("truongthon")
    assert (
        "trưởng thôn"
        in commune.schedule(version, "na-it", "truongthon", start_at=tomorrow(21), expect=422)["error"]["message"]
    )
    repeated = commune.schedule(version, "na-it", "truongthon", start_at=tomorrow(7), rule="FREQ=DAILY", expect=422)
    assert "lặp lại" in repeated["error"]["message"]
    commune.schedule(version, "na-it", "truongthon", start_at=tomorrow(7))
    assert (
        "đã có 1 lần"
        in commune.schedule(version, "na-it", "truongthon", start_at=tomorrow(8), expect=422)["error"]["message"]
    )
    assert commune.schedule(commune.approved("canbo"), "na-it", "canbo", start_at=tomorrow(8))[
        "occurrences"
    ]  # not for the officer
    long = commune.approved("truongthon", duration_ms=6 * 60_000)
    later = tomorrow(8) + timedelta(days=1)
    assert "5 phút" in commune.schedule(long, "na-it", "truongthon", start_at=later, expect=422)["error"]["message"]


def test_a_standing_rule_approves_what_village_heads_submit(commune):
    from server.scheduling import deadlines
    from server.tables.columns import now

    commune.speaker("loa-1")
    station = commune.station()

    def watch():
        with station.database.write() as session:
            deadlines.watch(session, now(), station.settings.timezone)

    def submitted():
        version = commune.bulletin("truongthon")["version"]["id"]
        commune.rendered(version)
        commune.call("truongthon", "POST", f"/versions/{version}/submit")
        watch()
        return commune.call("truongthon", "GET", f"/versions/{version}")

    assert submitted()["status"] == "submitted"
    everything = [{"start": "00:00", "end": "00:00"}]
    commune.call(
        "lanhdao", "PUT", "/areas/khuoi-nan/policy", json={"allowed": everything, "village": {"approval": False}}
    )
    version = submitted()
    assert version["status"] == "approved"
    assert version["decided_by"] == commune.call("lanhdao", "GET", "/me")["id"]
    assert "Theo quy định" in version["decision_note"]
    assert commune.schedule(version["id"], "na-it", "truongthon")["occurrences"]
