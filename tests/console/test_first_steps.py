"""From a new station to the first sentence out of a real speaker; and what is there without a connection."""

import pytest

pytestmark = pytest.mark.xdist_group("console")


def approve(leader):
    """Approve from the steps; when a sentence was said again meanwhile, the station asks to listen once more."""
    for _ in range(3):
        leader.open("/bat-dau").page.get_by_role("link", name="Nghe và quyết định").click()
        leader.page.get_by_role("button", name="Duyệt, cho phát").click()
        leader.page.locator(".notice, .failure").first.wait_for()
        if leader.page.locator(".notice", has_text="Đã duyệt").count():
            return
        leader.provoked("409")
    raise AssertionError(leader.page.locator("main").inner_text())


@pytest.mark.long
def test_the_first_sentence_sounds(look):
    officer, leader = look("canbo"), look("lanhdao", "phone")
    page = officer.open("/bat-dau").page
    officer.check("bat-dau")
    page.get_by_role("button", name="Soạn câu thử và gửi duyệt").click()
    page.locator(".step.done", has_text="Soạn câu thử").wait_for(timeout=60_000)
    approve(leader)
    page.goto("/bat-dau")
    page.get_by_role("button", name="Phát câu thử ngay").click()
    page.get_by_text("Đài đã sẵn sàng").wait_for(timeout=90_000)  # without a reload
    officer.check("bat-dau-xong")


def test_installed_it_opens_without_a_connection(look):
    officer = look("canbo", "phone", service_workers="allow")
    page = officer.open("/").page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    manifest = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    page.context.set_offline(True)
    page.goto("/ban-tin")
    page.get_by_role("heading", name="Đài không trả lời").wait_for()
    page.context.set_offline(False)
    page.get_by_role("link", name="Thử lại").click()
    page.get_by_role("heading", name="Hôm nay", exact=True).wait_for()
    officer.provoked("ERR_INTERNET_DISCONNECTED", "htmx:")
