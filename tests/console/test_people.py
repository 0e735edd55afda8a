"""The leader's rare work: a deputy for a week, whom the station tells, the rules of a village, the log that proves it all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
pytestmark = pytest.mark.xdist_group("console")


def test_a_deputy_for_a_week(commune, look):
    leader = look("lanhdao", "phone")
    page = leader.open("/xa").page
    page.get_by_role("link", name="Trần Minh Đức").click()
    page.get_by_role("heading", name="Trần Minh Đức").wait_for()
    page.get_by_text("Giao thêm quyền").click()
    until = (datetime.now(ZONE) + timedelta(days=7)).date()
    page.get_by_label("Việc").select_option(label="Lên lịch phát")
    page.get_by_label("Đến hết ngày").fill(until.isoformat())
    page.get_by_label("Khẩn cấp", exact=True).uncheck()
    leader.check("nguoi-dung")
    page.get_by_role("button", name="Giao quyền").click()
    page.get_by_text(f"đến hết ngày {until:%d/%m/%Y}").wait_for()
    with commune.client("lanhdao") as client:
        technician = next(p["id"] for p in client.get("/people")["items"] if p["username"] == "kythuat")
        (grant,) = client.get(f"/people/{technician}/rights")["items"]
        assert (grant["action"], grant["priorities"]) == ("schedule", [2, 3, 4])
    page.get_by_role("button", name="Thu lại").click()
    page.get_by_text("Không có quyền nào thêm").wait_for()
    page.goto("/xa/nhat-ky")
    page.get_by_text("thu lại quyền").first.wait_for()
    page.get_by_role("link", name="Kiểm tra nhật ký").click()
    page.get_by_text("Nhật ký nguyên vẹn").wait_for()


def test_the_rules_of_a_village_and_whom_the_station_tells(commune, look):
    village = commune.area_id("khuoi-khit")
    leader = look("lanhdao")
    page = leader.open(f"/xa/quy-dinh?noi={village}").page
    form = page.locator("form", has=page.get_by_role("button", name="Lưu quy định"))
    hours = form.locator("[name=allowed_from], [name=allowed_to]")
    hours.nth(0).fill("05:30")
    hours.nth(1).fill("20:00")
    for day in ("T7", "CN"):
        form.locator("fieldset", has=page.locator("[name=allowed_from]")).get_by_label(day).uncheck()
    form.get_by_label("Phút mỗi lần phát").fill("25")
    leader.check("quy-dinh")
    form.get_by_role("button", name="Lưu quy định").click()
    page.get_by_text("Đã lưu").wait_for()
    with commune.client("lanhdao") as client:
        own = client.get(f"/areas/{village}/policy")["own"]
        client._send("PUT", f"/areas/{village}/policy", json={})  # as it was
    assert [(w["start"], w["end"], w["weekdays"]) for w in own["allowed"]] == [
        ("05:30:00", "20:00:00", [0, 1, 2, 3, 4])
    ]
    assert (own["session_minutes"], own["village"]) == (25, None)

    page.goto(f"/xa/bao-tin?noi={village}")
    rule = page.locator("#technician-speaker_lost")
    rule.locator("summary").click()
    rule.get_by_label("Khi nào").select_option(label="sau 2 giờ")
    leader.check("bao-tin-mo")
    rule.get_by_role("button", name="Lưu").click()
    page.locator("#technician-speaker_lost", has_text="báo sau 2 giờ").wait_for()
    with commune.client("lanhdao") as client:
        rules = client.get(f"/areas/{village}/notification-rules")["items"]
    mine = next(each for each in rules if (each["role"], each["kind"]) == ("technician", "speaker_lost"))
    assert (mine["own"], mine["manner"]["after_minutes"]) == (True, 120)
