"""The job by hand: plain forms, no script, as an old browser would send them."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.tables import Speaker
from tests.server.browser import PASSWORD, Browser

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def browser(commune):
    return lambda username: Browser.signed_in(commune.client, username)


def test_the_first_run_is_a_form(empty):
    browser = Browser(empty.client)
    assert "Thiết lập đài truyền thanh" in browser.open("/")
    fields = {
        "setup_code": (empty.settings.data_dir / "setup-code").read_text().strip(), "commune": "Xã Khuổi Nằn",
        "villages": "Thôn Nà Ít\nThôn Khuổi Khít\n", "officer_name": "Nông Thị Hoa", "officer_username": "hoa",
        "officer_password": PASSWORD, "leader_name": "Hoàng Văn Khuê", "leader_username": "khue",
        "leader_password": "ngắn", "opens": "05:30", "closes": "21:00",
    }  # fmt: skip
    assert "ít nhất 8 ký tự" in browser.send("/thiet-lap", status=422, **fields)
    assert 'value="Nông Thị Hoa"' in browser.html
    assert "Đã thiết lập xong" in browser.send("/thiet-lap", **{**fields, "leader_password": PASSWORD})
    assert not (empty.settings.data_dir / "setup-code").exists()
    browser.send("/dang-nhap", username="khue", password=PASSWORD)
    policy = empty.call(
        None, "GET", "/areas/xa-khuoi-nan/policy", headers={"Authorization": f"Bearer {browser.cookies['loa_session']}"}
    )
    assert policy["effective"]["allowed"] == [
        {"start": "05:30:00", "end": "21:00:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]}
    ]
    assert Browser(empty.client).open("/thiet-lap").count("Đăng nhập") > 0


def test_from_document_to_air_by_hand(commune, browser):
    commune.speaker("loa-1")
    officer, leader = browser("canbo"), browser("lanhdao")
    officer.open("/ban-tin/moi")
    page = officer.send(
        "/ban-tin/moi", text="Ban QLDAXYZ họp lúc 19h30 ngày 3/6/2026. Mời bà con dự.", priority="3", field="general"
    )
    assert "mười chín giờ ba mươi" in page
    assert "<mark>QLDAXYZ</mark>" in page
    assert "Chưa biết “QLDAXYZ”" in page
    bulletin = officer.path
    base = re.search(r'action="(/ban-tin/[^"]+)/gui-duyet"', page)[1]
    sentence = re.search(rf'action="({base}/cau/[^"]+)"', page)[1]
    page = officer.send(sentence, act="choose", flag="0", spoken="quản lý dự án", seen="0")
    assert "quản lý dự án" in page
    assert "<mark>" not in page
    assert "tải lại trang" in officer.send(sentence, act="say", spoken="Ban họp", seen="0", status=409)
    version = base.rpartition("/")[2]
    commune.wait_ready(version)  # ordered as soon as nothing was doubtful any more
    officer.send(f"{base}/gui-duyet")
    assert "Chờ duyệt <b" in leader.open("/")
    assert "Nông Thị Hoa" in leader.open("/ban-tin/cho-duyet")
    assert "Duyệt, cho phát" in leader.open(bulletin)
    assert "không được" in officer.send(f"{base}/duyet", status=403)
    leader.send(f"{base}/duyet", note="Đồng ý")
    assert "Đồng ý" in officer.open(bulletin)
    form = f"/len-song/{version}"
    assert "Thôn Nà Ít (1 cụm loa)" in officer.open(form)
    yesterday = datetime.now(ZONE) - timedelta(days=1)
    page = officer.send(
        form, area_id="na-it", when="at", day=f"{yesterday:%Y-%m-%d}", hour="17:00", repeat="once", status=422
    )
    assert "Giờ phát đã qua" in page
    soon = datetime.now(ZONE) + timedelta(minutes=5)
    page = officer.send(
        form, area_id=commune.area("na-it"), when="at", day=f"{soon:%Y-%m-%d}", hour=f"{soon:%H:%M}", repeat="once"
    )
    assert "Đã lên lịch phát" in page
    assert f"{soon:%H:%M}" in page
    assert "Loa loa-1" in page
    assert "Chờ gửi tới loa" in page
    withdrawal = re.search(r'action="(/luot-phat/[^"]+)"', page)[1]
    assert "Đã thu hồi" in officer.send(withdrawal, ve="/")
    assert "Đã thu hồi" in officer.open(f"/lich-su?den={soon:%Y-%m-%d}")


def test_a_bad_document_leaves_what_was_typed(browser):
    officer = browser("canbo")
    page = officer.send(
        "/ban-tin/moi", status=422, files={"file": ("hong.docx", b"MZ" * 500)}, title="Tiêu đề đã gõ", text=""
    )
    assert 'role="alert"' in page
    assert "Tiêu đề đã gõ" in page
    assert "Bản tin nháp" not in page
    assert "Chưa có bản tin nào" in officer.open("/ban-tin")


def test_every_weekday_and_lunar_days(commune, browser):
    commune.speaker("loa-1")
    version = commune.approved()
    officer = browser("canbo")
    form, soon = f"/len-song/{version}", datetime.now(ZONE) + timedelta(minutes=5)
    when = {"area_id": commune.area("na-it"), "when": "at", "day": f"{soon:%Y-%m-%d}", "hour": f"{soon:%H:%M}"}
    assert "ít nhất một ngày" in officer.send(form, **when, repeat="weekly", status=422)
    officer.send(form, **when, repeat="weekly", days=["MO", "FR"])
    officer.send(form, **when, repeat="lunar")
    officer.send(form, area_id=commune.area("na-it"), when="now", repeat="once")
    rules = {s["rule"] for s in commune.call("canbo", "GET", f"/schedules?version_id={version}")["items"]}
    assert rules == {"FREQ=WEEKLY;BYDAY=MO,FR", "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=1,15", ""}


def test_speakers_by_hand(commune, browser):
    technician = browser("kythuat")
    technician.open("/loa")
    page = technician.send("/loa", name="Loa nhà văn hóa", area_id=commune.area("na-it"))
    assert "Chưa gắn thiết bị" in page
    with commune.station().database.read() as session:
        assert session.get(Speaker, "loa-nha-van-hoa").name == "Loa nhà văn hóa"
    assert "Nhập mã này" in technician.send("/loa/loa-nha-van-hoa/ma")
    village = browser("truongthon")
    assert "Thêm cụm loa" not in village.open("/loa")


def test_nobody_acts_from_another_site(commune, browser):
    officer = browser("canbo")
    cookie = {"Cookie": f"loa_session={officer.cookies['loa_session']}"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = commune.client.post("/ban-tin/moi", data={"text": "Họp"}, headers={**cookie, **headers})
        assert answer.status_code == 403
        assert "trang khác" in answer.text
    assert commune.call("canbo", "GET", "/bulletins")["items"] == []


def test_who_is_not_signed_in_is_led_to_the_door(commune):
    visitor = Browser(commune.client)
    assert "Tên đăng nhập" in visitor.open("/ban-tin")
    assert "không đúng" in visitor.send("/dang-nhap", username="canbo", password="sai mật khẩu", status=401)
    for target in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        again = Browser(commune.client)
        answer = commune.client.post(
            "/dang-nhap", data={"username": "canbo", "password": PASSWORD, "tiep": target}, follow_redirects=False
        )
        assert answer.headers["location"] == "/"
        commune.client.cookies.clear()
        assert again.cookies == {}


def test_pages_are_light_and_strict(commune, browser):
    officer = browser("canbo")
    page = officer.open("/")
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    sizes = 0
    for link in set(links):
        answer = commune.client.get(link)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        sizes += len(answer.content)
    assert sizes + len(page) < 200_000
    answer = commune.client.get("/dang-nhap")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert officer.open("/khong-co", status=404).count("Không có địa chỉ này") == 1


def test_the_commune_by_hand(commune, browser):
    leader = browser("lanhdao")
    leader.open("/xa")
    home = commune.area("khuoi-nan")
    assert "Thôn Phiêng" in leader.send("/xa/dia-ban", name="Thôn Phiêng", parent_id=home)
    fields = {"name": "Vàng A Sử", "username": "asu", "role": "village_head", "area_id": commune.area("thon-phieng")}
    assert "ít nhất 8" in leader.send("/xa/nguoi", **fields, password="ngắn", status=422)
    assert 'value="asu"' in leader.html
    page = leader.send("/xa/nguoi", **fields, password=PASSWORD)
    assert "Vàng A Sử" in page
    browser("asu").open("/")
    person = next(p["id"] for p in commune.call("lanhdao", "GET", "/people")["items"] if p["username"] == "asu")
    assert "đã khoá" in leader.send(f"/xa/nguoi/{person}", act="out")
    assert "Mở lại tài khoản" in leader.html
    refused = Browser(commune.client)
    refused.send("/dang-nhap", username="asu", password=PASSWORD, status=401)
    assert "Thêm người" not in browser("canbo").open("/xa")


def test_urgent_things_are_one_tap_away(commune, browser):
    officer = browser("canbo")
    page = officer.open("/")
    assert "/dung" in officer.forms()
    assert 'href="/khan-cap"' in page
    assert "Dừng ngay" in officer.open("/dung")
    assert "Chưa có bản tin nào đã duyệt" in officer.open("/khan-cap")
    commune.approved(priority="1", title="Xả lũ")
    assert "Xả lũ" in officer.open("/khan-cap")
    assert "Xả lũ" not in browser("truongthon").open("/khan-cap")


def test_an_odd_minute_is_no_usual_hour_until_it_comes_again(commune, browser):
    commune.speaker("loa-1")
    version = commune.approved()
    officer = browser("canbo")
    now = datetime.now(ZONE)
    odd = now.replace(hour=(now.hour + 12) % 24, minute=37, second=0, microsecond=0) + timedelta(
        days=2
    )  # not written otherwise
    shown = f"{odd:%H:%M}"
    commune.schedule(version, start_at=odd)
    assert "<small>" in officer.open(f"/len-song/{version}")
    assert shown not in officer.html
    assert all(hour in officer.html for hour in ("05:30", "11:00", "17:00"))
    commune.schedule(version, start_at=odd + timedelta(days=1))
    assert shown in officer.open(f"/len-song/{version}")
