"""CAP 1.2: alerts of others become drafts with class, place and expiry; what is hostile or not for us is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from protocol.priorities import Priority
from server import cap
from server.bulletins import intake
from server.cap import judgement
from server.cap.message import CapArea, CapError, CapInfo

DATABASES = "both"
SENT = "2026-07-12T05:00:00+07:00"


def stamp(hours):
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


def info(language="vi-VN", **changes):
    facts = {
        "event": "Lũ quét", "urgency": "Immediate", "severity": "Severe", "certainty": "Likely", "expires": stamp(6),
        "headline": "Cảnh báo lũ quét", "description": "Nước suối lên nhanh.", "instruction": "Bà con rời khỏi bờ suối ngay.",
        "area": "<area><areaDesc>thôn Nà Ít</areaDesc></area>", **changes,
    }  # fmt: skip
    return (
        f"<info><language>{language}</language><category>Met</category><event>{facts['event']}</event>"
        f"<urgency>{facts['urgency']}</urgency><severity>{facts['severity']}</severity><certainty>{facts['certainty']}</certainty>"
        f"<expires>{facts['expires']}</expires><senderName>Đài khí tượng</senderName><headline>{facts['headline']}</headline>"
        f"<description>{facts['description']}</description><instruction>{facts['instruction']}</instruction>{facts['area']}</info>"
    )


def alert(*infos, identifier="VN-1", kind="Alert", status="Actual", scope="Public", references="", head=""):
    told = f"<references>{references}</references>" if references else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>kttv@example.vn</sender><sent>{SENT}</sent><status>{status}</status>"
        f"<msgType>{kind}</msgType><scope>{scope}</scope>{told}{''.join(infos)}</alert>"
    ).encode()


def post(commune, data, who="canbo", expect=None, **fields):
    files = {"file": ("canh-bao.xml", data, "application/xml")}
    return commune.call(who, "POST", "/cap", files=files, data=fields, expect=expect)


def test_an_alert_becomes_a_draft_of_class_and_place_that_sounds_no_longer_than_it_holds(commune):
    made = post(commune, alert(info("en-US", headline="Flash flood"), info()))
    assert (made["hazard"], made["priority"], made["state"]) == ("flood", Priority.EMERGENCY, "draft")
    assert made["area_ids"] == [commune.area("na-it")] == [made["area_id"]]
    assert made["unknown_areas"] == []
    version = commune.call("canbo", "GET", f"/versions/{made['version_id']}")
    assert version["status"] == "draft"
    written = [sentence["written"] for sentence in version["script"]["sentences"]]
    assert written[:3] == ["Cảnh báo lũ quét.", "Nước suối lên nhanh.", "Bà con rời khỏi bờ suối ngay."]
    assert any("có hiệu lực đến" in sentence for sentence in written)
    assert "đã được nhập" in post(commune, alert(info()), expect=409)["error"]["message"]
    shown = commune.call("lanhdao", "GET", "/cap")["items"]
    assert [item["id"] for item in shown] == [made["id"]]


def test_an_update_takes_the_place_of_the_earlier_one_and_a_cancellation_ends_it(commune):
    first = post(commune, alert(info()))
    reference = f"kttv@example.vn,VN-1,{SENT}"
    second = post(
        commune, alert(info(headline="Lũ lên cao hơn"), identifier="VN-2", kind="Update", references=reference)
    )
    assert commune.call("canbo", "GET", f"/cap/{first['id']}")["state"] == "updated"
    database = commune.station().database
    with database.read() as session, pytest.raises(Exception, match="bản mới hơn"):
        cap.in_force(session, first["version_id"], datetime.now(UTC))
    gone = post(commune, alert(identifier="VN-3", kind="Cancel", references=f"kttv@example.vn,VN-2,{SENT}"))
    assert gone["bulletin_id"] is None
    assert commune.call("canbo", "GET", f"/cap/{second['id']}")["state"] == "cancelled"
    with database.read() as session, pytest.raises(Exception, match="hủy"):
        cap.in_force(session, second["version_id"], datetime.now(UTC))


def test_a_cancellation_that_comes_while_the_draft_is_made_is_not_forgotten(commune, monkeypatch):
    made = intake.from_text

    def cancelled_meanwhile(*request):
        post(commune, alert(identifier="VN-2", kind="Cancel", references=f"kttv@example.vn,VN-1,{SENT}"))
        return made(*request)

    monkeypatch.setattr(intake, "from_text", cancelled_meanwhile)
    first = post(commune, alert(info()))
    assert first["bulletin_id"] is not None
    assert commune.call("canbo", "GET", f"/cap/{first['id']}")["state"] == "cancelled"


def test_places_are_found_by_code_by_name_and_by_shape_and_else_a_person_is_asked(commune):
    commune.speaker("loa-1", "khuoi-khit")
    commune.call("kythuat", "PATCH", "/speakers/loa-1", json={"latitude": 22.5, "longitude": 106.5})
    by_code = "<area><areaDesc>x</areaDesc><geocode><valueName>xã</valueName><value>NA-IT</value></geocode></area>"
    ring = "22.4,106.4 22.4,106.6 22.6,106.6 22.6,106.4 22.4,106.4"
    by_shape = f"<area><areaDesc>y</areaDesc><polygon>{ring}</polygon></area>"
    nowhere = "<area><areaDesc>Huyện Xa Lắm</areaDesc><circle>10.0,105.0 5</circle></area>"
    made = post(commune, alert(info(area=by_code + by_shape + nowhere)))
    assert set(made["area_ids"]) == {commune.area("na-it"), commune.area("khuoi-khit")}
    assert made["area_id"] == commune.area("khuoi-nan")
    assert made["unknown_areas"] == ["Huyện Xa Lắm"]
    asked = post(commune, alert(info(area=nowhere), identifier="VN-9"), area_id="na-it")
    assert asked["area_ids"] == [commune.area("na-it")]


REFUSED = [
    (alert(info(expires=stamp(-1))), 409, "hết hiệu lực"),
    (alert(info(), scope="Private"), 422, "công chúng"),
    (alert(info(), status="Draft"), 422, "bản nháp"),
    (alert(kind="Ack"), 422, "phản hồi"),
    (alert(), 422, "không có nội dung"),
    (alert(kind="Cancel"), 422, "hủy cảnh báo nào"),
    (alert(info(urgency="Soon")), 422, "urgency"),
    (alert(info(expires="2026-07-12T05:00:00")), 422, "múi giờ"),
    (alert(info(area="<area><areaDesc>x</areaDesc><polygon>1,2 3,4</polygon></area>")), 422, "khép kín"),
    (alert(info(area="<area><areaDesc>x</areaDesc><circle>22,106 inf</circle></area>")), 422, "Vùng tròn"),
    (alert(info(area="<area><areaDesc>x</areaDesc><circle>nan,106 5</circle></area>")), 422, "Tọa độ"),
    (b"<alert/>", 422, "CAP 1.2"),
    (b"khong phai xml", 422, "XML"),
    (b"<a" * 600_000, 422, "1 MB"),
]


def test_what_cannot_be_aired_is_refused_and_leaves_nothing(commune):
    for data, status, words in REFUSED:
        assert words in post(commune, data, expect=status)["error"]["message"]
    assert commune.call("canbo", "GET", "/bulletins")["items"] == []
    assert commune.call("canbo", "GET", "/cap")["items"] == []


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE alert [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE alert [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/evil.dtd">',
    ],
)
def test_entities_and_doctypes_are_never_followed(head):
    with pytest.raises(CapError):
        cap.parse(alert(info(headline="&a;") if "ENTITY" in head else info(), head=head))


def test_who_may_not_raise_an_emergency_may_not_import_one(commune):
    post(commune, alert(info()), who="truongthon", expect=403)
    post(commune, alert(info()), who="kythuat", expect=403)


def test_an_exercise_is_spoken_as_one(commune):
    made = post(commune, alert(info(), status="Exercise"))
    script = commune.call("canbo", "GET", f"/versions/{made['version_id']}")["script"]
    assert made["test"]
    assert script["sentences"][0]["written"] == "Đây là diễn tập."
    assert script["sentences"][-1]["written"] == "Đây là diễn tập."


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Xả lũ hồ thủy điện", "dam_release"),
        ("Lũ quét, sạt lở đất", "flood"),
        ("Ngập lụt", "flood"),
        ("Bão số 3", "storm"),
        ("Cảnh báo nắng nóng", "other"),
        ("Cháy rừng", "fire"),
        ("Typhoon", "storm"),
        ("Báo cáo", "other"),
    ],
)
def test_the_hazard_is_told_by_whole_words_with_their_marks(event, hazard):
    facts = {"urgency": "Immediate", "severity": "Minor", "certainty": "Likely"}
    told = CapInfo(language="vi", categories=("Met",), event=event, **facts)
    assert judgement.hazard(told) == hazard
    assert judgement.priority(told) is Priority.NORMAL


def test_a_point_in_a_ring_and_in_a_circle():
    ring = ((22.0, 106.0), (22.0, 107.0), (23.0, 107.0), (22.4, 106.5), (23.0, 106.0), (22.0, 106.0))
    area = CapArea(description="x", polygons=(ring,), circles=((10.0, 105.0, 20.0),))
    assert judgement.covers(area, 22.2, 106.5)
    assert not judgement.covers(area, 22.8, 106.5)  # in the notch
    assert judgement.covers(area, 10.1, 105.1)
    assert not judgement.covers(area, 10.3, 105.0)
    assert round(judgement.distance_km(21.03, 105.85, 10.78, 106.70)) in range(1130, 1150)  # Hà Nội to Sài Gòn
