"""A leader decides from a phone: listens, approves, or sends back with a word."""

import pytest

from tests.console.aired import BOTH, submitted

pytestmark = pytest.mark.xdist_group("console")


def card(screen, title):
    return screen.page.locator(".decision").filter(has_text=title)


@pytest.mark.parametrize("size", BOTH)
def test_listen_and_approve(look, commune, size):
    title = {"desktop": "Lịch cấp nước", "phone": "Lịch thu gom rác"}[size]
    submitted(commune, title)
    leader = look("lanhdao", size)
    leader.open("/ban-tin/cho-duyet")
    waiting = card(leader, title)
    waiting.locator(".transcript button").first.click()
    waiting.locator(".transcript p.sounding").wait_for()
    leader.check("cho-duyet")
    waiting.get_by_role("button", name="Duyệt, cho phát").click()
    leader.page.get_by_text("Đã duyệt. Bản tin có thể phát sóng.").wait_for()
    assert card(leader, title).count() == 0
    with commune.client("canbo") as officer:
        found = next(b for b in officer.get("/bulletins")["items"] if b["title"] == title)
    assert found["version"]["status"] == "approved"


@pytest.mark.parametrize("size", BOTH)
def test_send_back_with_a_word(look, commune, size):
    title = {"desktop": "Mời họp thôn", "phone": "Mời họp tổ"}[size]
    submitted(commune, title)
    leader = look("lanhdao", size)
    leader.open("/ban-tin/cho-duyet")
    waiting = card(leader, title)
    waiting.locator("summary").click()
    leader.check("tra-lai")
    waiting.get_by_role("button", name="Trả lại", exact=True).click()
    leader.page.get_by_text("Hãy viết lý do trả lại").wait_for()  # a word is asked for
    leader.provoked("422")  # the refusal
    waiting.get_by_text("Sai số liệu, ngày giờ").click()
    waiting.get_by_label("Lời khác").fill("họp lúc tám giờ")
    waiting.get_by_role("button", name="Trả lại", exact=True).click()
    leader.page.get_by_text("Đã trả lại cho người soạn.").wait_for()
    with commune.client("canbo") as officer:
        found = next(b for b in officer.get("/bulletins")["items"] if b["title"] == title)
    assert found["version"]["status"] == "refused"
    assert found["version"]["decision_note"] == "Sai số liệu, ngày giờ. họp lúc tám giờ"
