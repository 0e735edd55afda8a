"""The officer's path, from a document to the air, counted in clicks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loa.client import wait_for
from loa.stage import ANY_HOUR
from tests.console.aired import rules_of

FIVE_TO_TEN = {"allowed": [{"start": "05:00", "end": "22:00"}]}
TEXT = "Ban QLDAXYZ họp lúc 19h30 ngày 3/6/2026 tại nhà văn hóa. Mời bà con đến dự đông đủ."
pytestmark = pytest.mark.xdist_group("console")


def next_monday():
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    return today + timedelta(days=7 - today.weekday())


@pytest.fixture(scope="module", autouse=True)
def _wont(commune):
    """This commune is wont to broadcast at 17:00, whatever other tests have put on air: the hour is offered as a button."""
    with commune.client("canbo") as officer:
        data = {"text": "Mời bà con nghe đài.", "title": "Giờ quen thuộc"}
        version = officer._answer(officer._send("POST", "/bulletins", data=data))["version"]["id"]
        officer.post(f"/versions/{version}/submit")
        body = {"version_id": version, "area_id": commune.area_id("na-it"), "when_approved": True}
        for days in range(20, 26):
            day = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() + timedelta(days=days)
            officer.post("/schedules", {**body, "start_at": f"{day}T17:00:00+07:00"})


class Clicks:
    """Presses, and counts."""

    def __init__(self, screen):
        self.screen = screen
        self.count = 0

    def press(self, role, name, **options):
        self.count += 1
        self.screen.page.get_by_role(role, name=name, **options).first.click()


def wait_sound(page):
    page.locator("audio#audio").wait_for(timeout=60_000)


def test_from_document_to_air(commune, look):
    officer = look("canbo")
    officer.given |= {"QLDAXYZ"}
    page, clicks = officer.open("/").page, Clicks(officer)
    clicks.press("link", "Bản tin mới")
    page.get_by_label("Hoặc dán nội dung").fill(TEXT)
    page.get_by_label("Tiêu đề").fill("Họp ban quản lý")
    clicks.press("button", "Đọc văn bản")
    page.locator("mark", has_text="QLDAXYZ").first.wait_for()
    page.locator(".keys").wait_for()  # the keyboard is listened to
    officer.check("ban-tin-con-cho-ngo")
    page.keyboard.press("n")  # the doubtful place, from the keyboard
    page.keyboard.press("0")
    page.keyboard.type("quản lý dự án")
    page.keyboard.press("Enter")
    page.get_by_text("quản lý dự án").first.wait_for()
    wait_sound(page)
    page.evaluate("document.getElementById('audio').muted = true")
    page.get_by_role("button", name="Nghe câu này").last.click()  # listening is not counted
    page.locator(".line.sounding").wait_for()
    officer.check("ban-tin-dang-nghe")
    clicks.press("button", "Gửi lãnh đạo duyệt")
    page.get_by_text("Đã gửi lãnh đạo duyệt").wait_for()
    clicks.press("link", "Hẹn giờ phát khi được duyệt…")
    version = page.url.rpartition("/")[2]
    officer.check("phat-song")
    clicks.press("button", "17:00")
    page.get_by_text("Đã lên lịch phát").wait_for()
    assert clicks.count <= 6

    with commune.client("lanhdao") as leader:  # how a leader approves is another test
        leader.post(f"/versions/{version}/approve", {"note": ""})
    page.goto("/")
    page.get_by_text("Họp ban quản lý").first.wait_for()
    officer.check("hom-nay-co-lich")


def test_a_file_is_on_air_at_five_within_six_presses(look, tmp_path):
    """Counted by the browser itself: every press of the mouse and of a key that somebody who knows the page needs."""
    document = tmp_path / "thong-bao.txt"
    document.write_text("Ủy ban nhân dân xã thông báo lịch dọn vệ sinh. Mời bà con ra quét dọn đường làng.")
    officer = look("canbo")
    page = officer.counting().open("/").page
    page.get_by_role("link", name="Bản tin mới").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Chọn tệp văn bản").click()
    chooser.value.set_files(document)
    page.get_by_role("button", name="Đọc văn bản").click()
    wait_sound(page)
    page.get_by_role("button", name="Gửi lãnh đạo duyệt").click()
    page.get_by_role("link", name="Hẹn giờ phát khi được duyệt…").click()
    page.get_by_role("button", name="17:00").click()
    page.get_by_text("Đã lên lịch phát").wait_for()
    assert officer.presses() == {"taps": 6, "keys": 0}


def test_the_same_path_without_a_mouse(look):
    """The Tab key leads to everything in turn, and one sees where one is."""
    officer = look("canbo")
    page = officer.counting().open("/").page
    officer.tab_to("Bản tin mới")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ban-tin/moi")
    officer.tab_to("Hoặc dán nội dung")
    page.keyboard.type("Mời bà con họp thôn tối nay.")
    officer.tab_to("Đọc văn bản")
    page.keyboard.press("Enter")
    wait_sound(page)
    officer.tab_to("Nghe câu này")
    page.keyboard.press("Enter")
    page.locator(".line.sounding").wait_for()
    officer.tab_to("Gửi lãnh đạo duyệt")
    page.keyboard.press("Enter")
    page.get_by_text("Đã gửi lãnh đạo duyệt").wait_for()
    officer.tab_to("Hẹn giờ phát khi được duyệt")
    page.keyboard.press("Enter")
    page.wait_for_url("**/len-song/*")
    officer.tab_to("17:00")
    page.keyboard.press("Enter")
    page.get_by_text("Đã lên lịch phát").wait_for()
    assert officer.presses()["taps"] == 0


def test_what_is_typed_survives_a_lost_connection(look):
    officer = look("canbo", "phone")
    page = officer.open("/ban-tin/moi").page
    page.get_by_label("Hoặc dán nội dung").fill("Mời bà con họp thôn.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Đọc văn bản").click()
    page.get_by_text("Đang mất kết nối với đài").wait_for()
    page.context.set_offline(False)
    page.goto("/")
    page.goto("/ban-tin/moi")
    assert page.get_by_label("Hoặc dán nội dung").input_value() == "Mời bà con họp thôn."
    page.get_by_role("button", name="Đọc văn bản").click()
    page.get_by_role("button", name="Gửi lãnh đạo duyệt").wait_for()
    page.goto("/ban-tin/moi")
    assert page.get_by_label("Hoặc dán nội dung").input_value() == ""
    officer.provoked("ERR_INTERNET_DISCONNECTED", "htmx:")


def test_the_screens_in_english(look):
    page = look("canbo").open("/").page
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Tiếng Việt").click()
    page.get_by_role("heading", name="Hôm nay", exact=True).wait_for()


def test_a_broadcast_is_moved_and_a_rule_refuses(commune, look):
    """By dragging, by keyboard, and not into hours that the commune forbids."""
    with commune.client("canbo") as officer, commune.client("lanhdao") as leader:
        answer = officer._answer(
            officer._send("POST", "/bulletins", data={"text": "Mời bà con họp.", "title": "Lời mời"})
        )
        version = answer["version"]["id"]
        officer.post(f"/versions/{version}/production")
        production = f"/versions/{version}/production"
        wait_for(lambda: officer.get(production)["status"] == "ready" or None, seconds=60, what="audio")
        officer.post(f"/versions/{version}/submit")
        leader.post(f"/versions/{version}/approve", {"note": ""})
        monday = next_monday()
        start_at = f"{monday.isoformat()}T17:00:00+07:00"
        body = {"version_id": version, "area_id": commune.area_id("na-it"), "start_at": start_at}
        officer.post("/schedules", body)
    screen = look("canbo")
    page = screen.open(f"/lich?tuan={monday}").page
    slot = page.locator(".slot", has_text="Lời mời")
    tuesday = page.locator(f"[data-day='{monday + timedelta(days=1)}']")
    slot.drag_to(tuesday)
    page.get_by_text("Đã dời giờ phát").wait_for()
    tuesday.locator(".slot", has_text="Lời mời").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    screen.check("lich-dang-doi")
    page.keyboard.press("Enter")
    wednesday = page.locator(f"[data-day='{monday + timedelta(days=2)}']")
    wednesday.locator(".slot", has_text="16:55").wait_for()

    with rules_of(commune, "khuoi-nan", FIVE_TO_TEN, after=ANY_HOUR):
        wednesday.locator("summary").click()
        wednesday.get_by_label("Giờ").fill("23:30")
        wednesday.get_by_role("button", name="Dời").click()
        refusal = page.get_by_role("alert")
        assert "Khuổi Nằn" in refusal.inner_text()
        assert wednesday.locator(".slot", has_text="16:55").count() == 1
    screen.provoked("422")  # the refusal
