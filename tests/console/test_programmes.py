"""A programme from nothing to the schedule, with the keyboard alone where things are put in order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import soundfile

from loa.client import wait_for
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
        page.locator(".item.of-bulletin", has_text=title).wait_for()
    choose(page, "tiếp sóng", "Thời sự quốc gia").click()
    page.locator(".item.of-relay").wait_for()
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
        screen.provoked("422")  # the refusal
        assert len(parts(officer, path)) == 3
        at = datetime.now(ZONE) + timedelta(days=1)
        page.get_by_label("Ngày", exact=True).fill(f"{at:%Y-%m-%d}")
        page.get_by_label("Giờ", exact=True).fill("17:00")  # as others expect it to be usual here
        page.get_by_role("button", name="Lên lịch cả chương trình").click()
        page.get_by_text("Đã lên lịch phát.").wait_for()
        (run,) = officer.get(f"/programmes/{path.rpartition('/')[2]}/runs")["items"]
        assert run["length_ms"] == 600_000
        assert {one["status"] for one in run["schedules"]} == {"active"}
        page.locator("summary", has_text="Thu hồi lịch này").click()
        page.get_by_role("button", name="Thu hồi", exact=True).click()
        page.get_by_text("Đã thu hồi.").wait_for()
        assert officer.get(f"/programmes/{path.rpartition('/')[2]}/runs")["items"] == []


@pytest.mark.long
def test_a_chime_and_a_recording_sound_one_after_the_other(commune, tmp_path):
    tone = tmp_path / "loi-chuc.wav"
    soundfile.write(tone, 0.3 * np.sin(2 * np.pi * 440 * np.arange(3 * 24_000) / 24_000), 24_000, subtype="PCM_16")
    with commune.client("canbo") as officer, commune.client("lanhdao") as leader:
        items = []
        for kind, title in (("chime", "Chuông đầu giờ"), ("recording", "Lời chúc buổi sáng")):
            made = officer.upload("/sounds", tone, {"kind": kind, "title": title})
            version = made["version"]["id"]
            wait_for(
                lambda version=version: officer.get(f"/versions/{version}/production")["status"] == "ready" or None,
                seconds=90,
                what="the audio",
            )
            officer.post(f"/versions/{version}/submit")
            leader.post(f"/versions/{version}/approve")
            items.append({"kind": kind, "id": made["id"]})
        body = {"title": "Mở đầu buổi sáng", "area_id": commune.area_id("na-it"), "slot_s": 60, "items": items}
        programme = officer.post("/programmes", body)
        at = datetime.now(ZONE) + timedelta(seconds=15)
        air = {"area_id": commune.area_id("na-it"), "start_at": at.isoformat(), "max_start_delay_s": 60}
        run = officer.post(f"/programmes/{programme['id']}/air", air)
        ids = [one["occurrences"][0]["id"] for one in run["schedules"]]
        ended = wait_for(lambda: _ends(officer, ids), seconds=120, what="the programme")
    lengths = [part["length_ms"] for part in programme["parts"]]
    for deliveries, length_ms in zip(ended, lengths, strict=True):
        assert {one["state"] for one in deliveries} == {"PLAYED"}
        assert all(abs(one["played_ms"] - length_ms) < 500 for one in deliveries)
    first, second = (max(one["started_at"] for one in deliveries) for deliveries in ended)
    assert first < second


def _ends(officer, ids):
    """The deliveries of each occurrence, once every one of them is over."""
    found = [officer.get(f"/occurrences/{one}")["deliveries"] for one in ids]
    over = {"PLAYED", "CUT", "MISSED", "FAILED", "REJECTED", "EXPIRED", "CANCELLED"}
    return found if all(one["state"] in over for deliveries in found for one in deliveries) else None
