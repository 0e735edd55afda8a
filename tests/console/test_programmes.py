"""A programme from nothing to the schedule, with the keyboard alone where things are put in order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.console.aired import submitted

pytestmark = pytest.mark.xdist_group("console")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TITLES = ("Lịch cắt điện", "Lịch thu gom phế liệu")
RADIO = "https://dai.test.invalid/thoi-su.m3u8"


@pytest.fixture(scope="module")
def bulletins(commune):
    for title in TITLES:
        version = submitted(commune, title)
        with commune.client("lanhdao") as leader:
            leader.post(f"/versions/{version}/approve", {"note": ""})
    with commune.client("lanhdao") as leader:
        body = {"name": "Thời sự quốc gia", "area_id": "khuoi-nan", "urls": [RADIO]}
        with commune.client("canbo") as officer:
            relay = officer.post("/relays", body)
        leader.post(f"/relays/{relay['id']}/approve")
    return TITLES


def parts(officer, path):
    return [part["title"] for part in officer.get(f"/programmes/{path.rpartition('/')[2]}")["parts"]]


def choose(page, kind, title):
    """The form that adds an item of a kind, with the one of that title chosen."""
    button = page.get_by_role("button", name=f"Thêm {kind}")
    form = page.locator(".adders form").filter(has=button)
    value = form.locator("option", has_text=title).get_attribute("value")
    form.locator("select").select_option(value)
    return button


def test_a_programme_is_put_in_order_and_on_air(look, commune, bulletins):
    screen = look("canbo")
    page = screen.open("/chuong-trinh").page
    page.get_by_label("Tên chương trình").fill("Chương trình chiều thứ bảy")
    page.get_by_label("Khung giờ (phút)").fill("10")
    page.get_by_role("button", name="Tạo chương trình").click()
    page.get_by_role("heading", name="Chương trình chiều thứ bảy").wait_for()
    path = page.url.partition("#")[0].partition("?")[0]
    for title in bulletins:
        choose(page, "bản tin", title).click()
        page.locator(".item.bulletin", has_text=title).wait_for()
    choose(page, "tiếp sóng", "Thời sự quốc gia").click()
    page.locator(".item.relay").wait_for()
    with commune.client("canbo") as officer:
        assert parts(officer, path) == [*bulletins, "Thời sự quốc gia"]
        page.get_by_role("button", name="Lên: Thời sự quốc gia").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**#len-1")
        assert page.evaluate("document.activeElement.id") == "len-1"  # so it can be pressed again
        page.keyboard.press("Enter")
        page.wait_for_url("**#xuong-0")
        assert parts(officer, path) == ["Thời sự quốc gia", *bulletins]
        screen.check("chuong-trinh-muc")
        screen.resize("phone").check("chuong-trinh-muc", again=True)
        screen.resize("desktop")
        page.get_by_label("Số phút").fill("11")
        choose(page, "tiếp sóng", "Thời sự quốc gia").click()
        page.get_by_text("không còn đủ một phút cho tiếp sóng").first.wait_for()
        screen.complaints.clear()  # the refusal was a 422
        assert len(parts(officer, path)) == 3
        at = datetime.now(ZONE) + timedelta(days=1)
        page.get_by_label("Ngày", exact=True).fill(f"{at:%Y-%m-%d}")
        page.get_by_label("Giờ", exact=True).fill("16:00")
        page.get_by_role("button", name="Lên lịch cả chương trình").click()
        page.get_by_text("Đã lên lịch phát.").wait_for()
        (run,) = officer.get(f"/programmes/{path.rpartition('/')[2]}/runs")["items"]
        assert run["length_ms"] == 600_000
        assert {one["status"] for one in run["schedules"]} == {"active"}
        page.locator("summary", has_text="Thu hồi lịch này").click()
        page.get_by_role("button", name="Thu hồi", exact=True).click()
        page.get_by_text("Đã thu hồi.").wait_for()
        assert officer.get(f"/programmes/{path.rpartition('/')[2]}/runs")["items"] == []
