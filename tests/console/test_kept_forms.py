"""What somebody has typed, said or photographed is not lost with the connection, whatever the form."""

import pytest

pytestmark = pytest.mark.xdist_group("console")


def test_a_change_that_never_arrived_comes_back_into_its_form(look, commune):
    """Of several forms that lead to the same place the one that was sent, opened, and with a word about it."""
    with commune.client("canbo") as officer:
        data = {"text": "Mời bà con họp. Mang theo giấy tờ.", "title": "Lời mời họp"}
        made = officer._answer(officer._send("POST", "/bulletins", data=data))
    screen = look("canbo", "phone")
    page = screen.open(f"/ban-tin/{made['id']}").page
    second = page.locator(".line", has_text="Mang theo giấy tờ")
    second.get_by_text("Sửa lời đọc").click()
    second.get_by_label("Lời đọc").fill("Nhớ mang theo giấy tờ.")
    page.route("**/cau/*", lambda route: route.abort())
    second.get_by_role("button", name="Lưu").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/cau/*")
    page.goto(f"/ban-tin/{made['id']}")
    second.get_by_text("Lần trước việc này chưa xong").wait_for()
    assert second.get_by_label("Lời đọc").input_value() == "Nhớ mang theo giấy tờ."
    assert page.locator("details[open]").count() == 1
    second.get_by_role("button", name="Lưu").click()
    page.locator(".said-words", has_text="Nhớ mang theo giấy tờ.").wait_for()
    page.reload()
    assert page.get_by_text("Lần trước việc này chưa xong").count() == 0
    screen.provoked("ERR_FAILED")  # the lost answer


def test_a_recording_is_not_sent_into_the_void(look, tmp_path):
    """It cannot be kept by the browser: the page with it stays until the station is there."""
    sound = tmp_path / "loi-noi.wav"
    sound.write_bytes(b"RIFF")
    screen = look("truongthon", "phone")
    page = screen.open("/thon").page
    page.get_by_label("Chọn tệp ghi âm").set_input_files(sound)
    page.route("**/manifest.webmanifest", lambda route: route.abort())
    page.get_by_role("button", name="Nghe thử").click()
    page.get_by_text("Đang mất kết nối với đài").wait_for()
    assert page.get_by_label("Chọn tệp ghi âm").evaluate("e => e.files.length") == 1
    page.unroute("**/manifest.webmanifest")
    page.get_by_role("button", name="Nghe thử").click()
    page.get_by_role("alert").wait_for()  # the station has it, and says that this is no sound
    screen.provoked("ERR_FAILED", "422")


def test_a_station_that_is_gone_is_told_and_what_was_typed_comes_back_by_itself(look):
    """The machine has a network, only the station is dead: neither may the page look alive nor the form be forgotten."""
    screen = look("canbo", "phone")
    page = screen.open("/ban-tin/moi").page
    words = page.locator("textarea[name=text]")
    words.fill("Mời bà con đi họp lúc bảy giờ tối.")
    page.route("**/manifest.webmanifest", lambda route: route.abort())
    page.route("**/api/v1/live", lambda route: route.abort())
    page.evaluate(
        "dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))"
    )  # connects anew, in vain
    page.get_by_text("Đang mất kết nối với đài").wait_for()
    offline = page.request.get("/mat-ket-noi").text()  # what the service worker shows at the address of the form
    page.route("**/ban-tin/moi", lambda route: route.fulfill(content_type="text/html", body=offline))
    page.locator("form[data-keep] button.main").first.click()
    page.get_by_role("heading", name="Đài không trả lời").wait_for()
    page.unroute("**/ban-tin/moi")
    page.unroute("**/manifest.webmanifest")
    page.unroute("**/api/v1/live")
    page.get_by_role("heading", name="Bản tin mới").wait_for()
    assert words.input_value() == "Mời bà con đi họp lúc bảy giờ tối."
    page.locator("#mat-mang").wait_for(state="hidden")
    screen.provoked("ERR_FAILED")
