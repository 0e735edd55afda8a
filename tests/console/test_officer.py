"""The officer's path, from a document to the air, counted in clicks."""

import pytest

TEXT = "Ban QLDAXYZ họp lúc 19h30 ngày 3/6/2026 tại nhà văn hóa. Mời bà con đến dự đông đủ."
pytestmark = pytest.mark.xdist_group("console")


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


def test_from_document_to_air(look):
    officer, leader = look("canbo"), look("lanhdao", "phone")
    officer.given |= {"QLDAXYZ"}
    leader.given |= {"QLDAXYZ"}
    page, clicks = officer.open("/").page, Clicks(officer)
    clicks.press("link", "Bản tin mới")
    page.get_by_label("Hoặc dán nội dung").fill(TEXT)
    page.get_by_label("Tiêu đề").fill("Họp ban quản lý")
    clicks.press("button", "Đọc văn bản")
    page.locator("mark", has_text="QLDAXYZ").first.wait_for()
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
    officer.check("phat-song")
    clicks.press("button", "17:00")
    page.get_by_text("Đã lên lịch phát").wait_for()
    assert clicks.count <= 6

    leader.open("/ban-tin/cho-duyet").page.get_by_role("link", name="Nghe và quyết định").first.click()
    leader.check("duyet")
    leader.page.get_by_role("button", name="Duyệt, cho phát").click()
    leader.page.get_by_text("Đã duyệt").first.wait_for()
    page.goto("/")
    page.get_by_text("Họp ban quản lý").first.wait_for()
    officer.check("hom-nay-co-lich")


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
    officer.complaints.clear()  # without a net the browser itself complains


def test_the_screens_in_english(look):
    page = look("canbo").open("/").page
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Today").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Tiếng Việt").click()
    page.get_by_role("heading", name="Hôm nay").wait_for()
