"""Speakers of several villages sound together: gathered on a page, chosen when something is put on air."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.console.aired import submitted

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NAME = "Quanh chợ và đầu cầu"
pytestmark = pytest.mark.xdist_group("console")


def test_a_group_is_made_and_chosen(commune, look):
    officer = look("canbo", "phone")
    page = officer.open("/nhom").page
    page.get_by_label("Tên nhóm").fill(NAME)
    for speaker in ("Loa chợ Phiêng", "Loa đầu cầu treo"):
        page.get_by_label(speaker).check()
    page.get_by_role("button", name="Lập nhóm").click()
    page.get_by_text("Đã lưu").wait_for()
    page.get_by_text(NAME).wait_for()
    officer.check("nhom-co-nhom")

    version = submitted(commune, title="Chợ phiên nghỉ", text="Chợ phiên tuần này nghỉ.")
    page.goto(f"/len-song/{version}")
    page.get_by_label("Địa bàn hoặc nhóm loa").select_option(label=f"{NAME} (2 cụm loa)")
    officer.check("phat-song-nhom")
    page.get_by_text("Giờ khác, lặp lại").click()
    page.get_by_label("Ngày", exact=True).fill(f"{datetime.now(ZONE) + timedelta(days=1):%Y-%m-%d}")
    page.get_by_label("Giờ", exact=True).fill("10:20")
    page.get_by_role("button", name="Lên lịch phát").click()
    page.get_by_text("Đã lên lịch phát").wait_for()
    with commune.client("canbo") as client:
        group = next(each for each in client.get("/groups")["items"] if each["name"] == NAME)
        assert sorted(group["speaker_ids"]) == ["loa-cho", "loa-dau-cau"]
        (schedule,) = client.get(f"/schedules?version_id={version}")["items"]
        assert schedule["group_id"] == group["id"]
        client.post(f"/schedules/{schedule['id']}/withdraw")

    page.goto("/nhom")
    page.get_by_text("Sửa", exact=True).click()
    page.get_by_role("button", name="Bỏ nhóm này").click()
    page.get_by_text("Đã lưu").wait_for()
    assert page.get_by_text(NAME).count() == 0
