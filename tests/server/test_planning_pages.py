"""The pages around the calendar, without scripts: the plan, the second person, programmes, relays, day plans."""

import html
import re
from datetime import datetime, timedelta

import pytest

from tests.hours import ZONE, tomorrow
from tests.server.browser import Browser

RADIO = "https://radio.example/vov1.m3u8"


@pytest.fixture
def village(village, usual_hours):  # noqa: ARG001  the hours are the commune's
    return village


@pytest.fixture
def browser(village):
    return lambda username: Browser.signed_in(village.client, username)


def text(page):
    """What is read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def day(at):
    return {"day": f"{at:%Y-%m-%d}", "hour": f"{at:%H:%M}"}


def test_the_plan_says_what_meets_what_is_missed_and_what_waits(village, browser):
    village.schedule(village.approved(title="Họp xã", duration_ms=300_000), "khuoi-nan", start_at=tomorrow(17))
    village.schedule(
        village.approved(title="Họp thôn", duration_ms=60_000), start_at=tomorrow(17, 2), max_start_delay_s=300
    )
    village.schedule(village.approved(title="Tin lỡ"), start_at=tomorrow(17, 3), max_start_delay_s=0)
    village.schedule(village.approved(title="Nửa đêm"), start_at=tomorrow(3, 15))
    page = text(browser("canbo").open(f"/ke-hoach?ngay={tomorrow(0):%Y-%m-%d}"))
    assert "2 cụm loa, 3 lượt phát, 2 chỗ vướng , 1 lượt chờ đồng ý" in page
    assert "“Họp thôn” lúc 17:02" in page
    assert "sẽ phát muộn 3 phút 00 giây vì chờ “Họp xã” phát xong" in page
    assert "“Tin lỡ” lúc 17:03" in page
    assert "17:00–17:05 Họp xã" in page
    assert "Nửa đêm Thôn Nà Ít · giờ bất thường" in page
    assert "Không có gì phát" in text(
        browser("canbo").open(f"/ke-hoach?ngay={tomorrow(0) - timedelta(days=9):%Y-%m-%d}")
    )
    browser("canbo").open("/ke-hoach?ngay=0001-01-01", status=422)
    browser("truongthon").open(f"/ke-hoach?noi={village.area('khuoi-khit')}", status=403)


def test_somebody_else_agrees_to_an_unusual_hour_where_it_is_seen(village, browser):
    officer, leader, second = browser("canbo"), browser("lanhdao"), browser("canbo2")
    version = village.approved(title="Tiếp sóng nhầm giờ")
    page = officer.send(
        f"/len-song/{version}", area_id=village.area("na-it"), when="at", repeat="daily", **day(tomorrow(3, 15))
    )
    assert "chỉ phát khi một người khác đồng ý" in text(page)
    assert "Người đặt lịch không tự đồng ý được" in text(page)
    for path in ("/", "/lich", "/cho-dong-y"):
        seen = text(leader.open(path))
        assert "Tiếp sóng nhầm giờ · Thôn Nà Ít" in seen
        assert "03:15 ngày mai và lặp lại" in seen
        assert "Phát lúc 03:15" in seen
        assert "ngoài giờ phát quen thuộc: 05:00–21:00 (Xã Khuổi Nằn)" in seen
        assert "Nông Thị Hoa đặt lịch" in seen
    assert "Tiếp sóng nhầm giờ" not in text(browser("kythuat").open("/lich"))
    used = village.call("canbo", "GET", f"/versions/{version}")["bulletin_id"]
    assert "lặp lại" in text(officer.open(f"/ban-tin/{used}"))
    assert "chờ người thứ hai đồng ý" in text(officer.html)
    agree = next(path for path in leader.forms() if path.endswith("/dong-y"))
    refused = officer.send(agree, status=403)
    assert "phải do người thứ hai đồng ý" in text(refused)
    assert "Đã đồng ý" in text(second.send(agree))
    assert "không chờ ai đồng ý" in text(leader.send(agree, status=409))
    (schedule,) = village.call("canbo", "GET", "/schedules")["items"]
    assert schedule["status"] == "active"
    assert village.call("lanhdao", "GET", "/notices")["items"] == []  # what the leader was told of it is done with
    assert village.call("canbo", "GET", "/schedules/unconfirmed")["items"] == []


def test_a_programme_at_an_unusual_hour_is_one_question_and_goes_whole(village, browser):
    items = [{"kind": "bulletin", "id": bulletin(village, f"Tin {n}", 60)} for n in range(2)]
    body = {"title": "Đêm khuya", "area_id": "khuoi-nan", "slot_s": 600, "items": items}
    made = village.call("canbo", "POST", "/programmes", json=body)
    air = {"area_id": "khuoi-nan", "start_at": tomorrow(22).isoformat()}
    village.call("canbo", "POST", f"/programmes/{made['id']}/air", json=air)
    (asked,) = village.call("lanhdao", "GET", "/schedules/unconfirmed")["items"]
    assert (asked["title"], asked["length_ms"], asked["may_confirm"]) == ("Đêm khuya", 121_000, True)
    assert village.call("canbo", "GET", "/schedules/unconfirmed")["items"][0]["may_confirm"] is False
    leader = browser("lanhdao")
    leader.open("/cho-dong-y")
    assert "Không có lịch phát nào" in text(leader.send(f"/cho-dong-y/{asked['schedule_id']}/bo"))
    assert village.call("canbo", "GET", "/schedules")["items"] == []


def bulletin(commune, title, seconds, **fields):
    made = commune.bulletin(title=title, **fields)
    commune.rendered(made["version"]["id"], seconds * 1000)
    commune.call("canbo", "POST", f"/versions/{made['version']['id']}/submit")
    commune.call("lanhdao", "POST", f"/versions/{made['version']['id']}/approve")
    return made["id"]


def titles(village, path):
    return [part["title"] for part in village.call("canbo", "GET", f"/programmes/{path.rpartition('/')[2]}")["parts"]]


def test_a_programme_by_hand(village, browser):
    ids = {title: bulletin(village, title, seconds) for title, seconds in (("Một", 60), ("Hai", 120), ("Dài", 600))}
    officer = browser("canbo")
    officer.open("/chuong-trinh")
    assert "từ 1 đến 240" in text(officer.send("/chuong-trinh", title="Sáng", minutes="0", status=422))
    officer.send("/chuong-trinh", title="Chương trình sáng", area_id=village.area("khuoi-nan"), minutes="10")
    path = officer.path
    officer.send(f"{path}/them", item=f"bulletin:{ids['Một']}")
    page = officer.send(f"{path}/them", item=f"bulletin:{ids['Hai']}")
    assert "Dài 3 phút 01 giây trong khung 10 phút 00 giây, còn trống 6 phút 59 giây" in text(page)
    refused = text(officer.send(f"{path}/them", item=f"bulletin:{ids['Dài']}", status=422))
    assert "Chương trình dài 13 phút 02 giây, quá khung 10 phút là 3 phút 02 giây" in refused
    assert "chọn một mục" in text(officer.send(f"{path}/them", item="", status=422))
    officer.send(f"{path}/muc/1/len", item=ids["Hai"])
    assert titles(village, path) == ["Hai", "Một"]
    assert "vừa được sửa ở nơi khác" in text(officer.send(f"{path}/muc/1/len", item=ids["Hai"], status=409))
    officer.send(f"{path}/muc/0/xuong", item=ids["Hai"])
    assert titles(village, path) == ["Một", "Hai"]
    late = text(officer.send(f"{path}/phat", area_id=village.area("khuoi-nan"), **day(tomorrow(3))))
    assert "chỉ phát khi một người khác đồng ý" in late
    withdraw = next(one for one in officer.forms() if one.endswith("/thu-hoi"))
    assert "Đã thu hồi" in text(officer.send(withdraw))
    past = datetime.now(ZONE) - timedelta(days=1)
    assert "Giờ phát đã qua" in text(
        officer.send(f"{path}/phat", area_id=village.area("na-it"), **day(past), status=422)
    )
    page = text(officer.send(f"{path}/phat", area_id=village.area("na-it"), repeat="daily", **day(tomorrow(17))))
    assert "17:00 ngày mai" in page
    assert "lặp lại" in page
    schedules = village.call("canbo", "GET", "/schedules")["items"]
    assert [one["duration_ms"] for one in schedules] == [120_000, 60_000]
    assert {one["rule"] for one in schedules} == {"FREQ=DAILY"}
    officer.send(f"{path}/muc/0/bo", item=ids["Một"])
    assert titles(village, path) == ["Hai"]
    officer.send(f"{path}/bo")
    assert village.call("canbo", "GET", "/programmes")["items"] == []


def test_a_relay_by_hand_and_a_day_plan_with_it(village, browser):
    officer, leader = browser("canbo"), browser("lanhdao")
    officer.open("/tiep-song")
    commune = village.area("khuoi-nan")
    assert "không đúng" in text(officer.send("/tiep-song", name="Thời sự", urls="ftp://x", area_id=commune, status=422))
    page = officer.send("/tiep-song", name="Thời sự", urls=f"{RADIO}\n\nhttps://radio.example/b.mp3", area_id=commune)
    path = officer.path.partition("?")[0]
    assert "chờ duyệt" in text(page)
    assert "Thời sự" in text(leader.open("/"))  # the leader is told
    assert "không được duyệt" in text(officer.send(f"{path}/duyet", status=403))
    assert "Đã duyệt nguồn tiếp sóng" in text(leader.send(f"{path}/duyet"))
    page = text(officer.send(f"{path}/phat", area_id=commune, minutes="20", **day(tomorrow(5, 30))))
    assert "05:30 ngày mai Xã Khuổi Nằn · 20 phút" in page
    (schedule,) = village.call("canbo", "GET", "/schedules")["items"]
    assert schedule["duration_ms"] == 1_200_000
    officer.open(path)
    officer.send(next(one for one in officer.forms() if one.endswith("/thu-hoi")))
    assert village.call("canbo", "GET", "/schedules")["items"] == []
    relay = path.rpartition("/")[2]
    version = village.approved(title="Bản tin chiều")
    assert "hai-buoi" in officer.open("/khung-ngay")
    plan = "/khung-ngay/hai-buoi"
    assert "Thời sự" in officer.open(plan)
    fields = {
        "slot": ["tiep-song-sang", "ban-tin-sang", "ban-tin-chieu"],
        "area_id": commune,
        "first_day": f"{tomorrow(0):%Y-%m-%d}",
    }
    assert "Chưa khung nào" in text(officer.send(plan, content=["", "", ""], status=422, **fields))
    wrong = [f"version:{version}", "", ""]
    assert "dành cho một nguồn tiếp sóng" in text(officer.send(plan, content=wrong, status=422, **fields))
    page = text(officer.send(plan, content=[f"relay:{relay}", "", f"version:{version}"], **fields))
    assert "Kế hoạch phát từng phút" in page  # of the first day
    assert "05:30–06:00 Thời sự Tiếp sóng · Xã Khuổi Nằn" in page
    assert "17:00–17:00:20 Bản tin chiều" in page
    found = {(one["duration_ms"], one["rule"]) for one in village.call("canbo", "GET", "/schedules")["items"]}
    assert found == {(1_800_000, "FREQ=DAILY"), (20_000, "FREQ=DAILY")}
    leader.send(f"{path}/bo", status=403)
    officer.send(f"{path}/bo")
    assert village.call("canbo", "GET", "/relays")["items"] == []


def test_the_report_can_be_had_on_paper(browser):
    page = browser("canbo").open("/bao-cao")
    assert re.search(r'href="/api/v1/reports/pdf\?from=[^"]+to=', page)
