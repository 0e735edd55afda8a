"""The plan by the minute, and the second person for an unusual hour, on real screens."""

from datetime import datetime, timedelta

import pytest

from tests.console.aired import submitted
from tests.hours import ZONE, tomorrow

pytestmark = pytest.mark.xdist_group("console")
FIRST, SECOND = "Lịch nạo vét mương", "Mời họp phụ huynh"


def approved(stage, title):
    version = submitted(stage, title)
    with stage.client("lanhdao") as leader:
        leader.post(f"/versions/{version}/approve", {"note": ""})
    return version


@pytest.fixture(scope="module")
def versions(commune):
    return {title: approved(commune, title) for title in (FIRST, SECOND)}


@pytest.fixture
def officer(commune):
    with commune.client("canbo") as client:
        yield client
        for schedule in client.get("/schedules")["items"]:  # the commune is that of other tests too
            if datetime.fromisoformat(schedule["start_at"]) > datetime.now(ZONE) + timedelta(hours=1):
                client.post(f"/schedules/{schedule['id']}/withdraw")


def test_the_plan_shows_what_waits_for_what(look, commune, officer, versions):
    at_once = tomorrow(15, 20)  # an hour of its own: what others put at 17:00 is due tomorrow, too, in the evening
    for title, at in ((FIRST, at_once), (SECOND, at_once + timedelta(seconds=2))):
        body = {"version_id": versions[title], "area_id": commune.area_id("na-it"), "start_at": at.isoformat()}
        officer.post("/schedules", {**body, "max_start_delay_s": 600})
    screen = look("canbo")
    screen.open("/lich")
    screen.page.get_by_role("link", name="Từng phút").click()
    screen.page.get_by_label("Ngày", exact=True).fill(f"{at_once:%Y-%m-%d}")
    screen.page.get_by_role("button", name="Xem").click()
    screen.page.get_by_text(f"vì chờ “{FIRST}” phát xong").first.wait_for()
    for title in (FIRST, SECOND):
        assert screen.page.locator("svg.lanes .block").filter(has_text=title).count() == 1
    screen.check("ke-hoach-vuong")
    phone = screen.resize("phone")
    assert not phone.page.locator("svg.lanes").first.is_visible()
    for title in (FIRST, SECOND):
        assert phone.page.locator(".rows .row-head").filter(has_text=title).count() == 1
    phone.check("ke-hoach-vuong", again=True)


def test_a_second_person_agrees_on_the_first_page(look, commune, officer, versions):
    with commune.client("lanhdao") as leader:
        area = commune.area_id("na-it")
        usual = {"usual": [{"start": "05:00", "end": "21:00"}]}
        leader._answer(leader._send("PUT", f"/areas/{area}/policy", json=usual))
        try:
            _agree(look, commune, officer, versions[FIRST])
        finally:
            leader._answer(leader._send("PUT", f"/areas/{area}/policy", json={}))


def _agree(look, commune, officer, version):
    writer, leader = look("canbo"), look("lanhdao", "phone")
    writer.open(f"/len-song/{version}")
    page = writer.page
    page.locator("summary", has_text="Giờ khác").click()
    page.get_by_label("Địa bàn").select_option(commune.area_id("na-it"))
    page.get_by_label("Ngày", exact=True).fill(f"{tomorrow(0):%Y-%m-%d}")
    page.get_by_label("Giờ", exact=True).fill("03:15")
    page.get_by_role("button", name="Lên lịch phát").click()
    page.get_by_text("chỉ phát khi một người khác đồng ý").wait_for()
    assert page.get_by_role("button", name="Đồng ý cho phát").count() == 0  # nobody agrees to what he asked for
    schedule = next(one for one in officer.get("/schedules")["items"] if one["version_id"] == version)
    assert schedule["status"] == "unconfirmed"
    leader.open("/")
    leader.page.get_by_text("ngoài giờ phát quen thuộc: 05:00–21:00").wait_for()
    leader.check("cho-nguoi-hai")
    leader.page.get_by_role("button", name=f"Đồng ý cho phát: {FIRST}").click()
    leader.page.get_by_text("Đã đồng ý. Lịch phát có hiệu lực.").wait_for()
    known = {one["id"]: one["status"] for one in officer.get("/schedules")["items"]}
    assert known[schedule["id"]] == "active"
