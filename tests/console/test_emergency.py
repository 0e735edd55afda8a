"""What cannot wait: an emergency is two taps and a held button away, silence one; a drill is seen from across the room."""

import re

import pytest

from loa.client import wait_for
from tests.console.screen import hold

pytestmark = pytest.mark.xdist_group("console")


def approved(officer, leader, version):
    production = f"/versions/{version}/production"
    officer.post(production)
    wait_for(lambda: officer.get(production)["status"] == "ready" or None, seconds=120, what="audio")
    officer.post(f"/versions/{version}/submit")
    leader.post(f"/versions/{version}/approve", {"note": ""})


@pytest.fixture(scope="session")
def flood(commune):
    """An approved message and its drill, made over the API."""
    with commune.client("canbo") as officer, commune.client("lanhdao") as leader:
        text = "Nước sông đang lên nhanh. Bà con di chuyển lên chỗ cao."
        body = {"text": text, "title": "Nước lên nhanh", "priority": "1"}
        version = officer._answer(officer._send("POST", "/bulletins", data=body))["version"]["id"]
        approved(officer, leader, version)
        approved(officer, leader, officer.post(f"/versions/{version}/drill")["version"]["id"])


LET_GO_EARLY = """(button) => new Promise((done) => {
    button.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    setTimeout(() => { button.dispatchEvent(new PointerEvent("pointerup", { bubbles: true })); done(); }, 300);
})"""
"""By the page's own clock, so that a slow test does not hold longer than it means to."""


@pytest.mark.usefixtures("flood")
def test_a_drill_from_a_phone(look):
    officer, board = look("canbo", "phone"), look("lanhdao")
    board.open("/")
    page = officer.counting().open("/").page
    page.get_by_role("link", name="Khẩn cấp").click()  # the first tap
    page.locator(".drill-choice", has_text="Nước lên nhanh").click()  # the second
    page.wait_for_url("**/khan-cap/phat?*")
    assert officer.presses() == {"taps": 2, "keys": 0}
    officer.check("khan-cap-xac-nhan")
    button = page.get_by_role("button", name="Nhấn giữ hai giây để phát khẩn cấp")
    button.evaluate(LET_GO_EARLY)  # a touch by accident does nothing
    assert "/khan-cap/phat" in page.url
    assert not re.search(r"\b(held|done)\b", button.get_attribute("class"))
    hold(page, button)
    page.get_by_text("Đã phát lệnh khẩn cấp").wait_for()
    board.page.locator(".banner.drill").wait_for()  # without a reload, on another screen
    letters = board.page.locator(".banner.drill b").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert letters >= 60
    board.check("dien-tap")
    officer.check("khan-cap-dang-phat")
    page.get_by_role("button", name="Báo hết tình huống").click()
    page.get_by_text("Đã báo hết tình huống khẩn cấp").wait_for()
    board.page.locator(".banner.drill").wait_for(state="detached")


@pytest.mark.parametrize("path", ["/", "/ban-tin/moi", "/xa"])
def test_silence_is_one_tap_away(look, path):
    page = look("canbo", "phone").open(path).page
    page.get_by_role("button", name="Dừng tất cả").click()
    page.get_by_text("Đã gửi lệnh dừng").wait_for()
