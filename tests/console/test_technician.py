"""A technician sees what is broken and why, orders a tone, takes a fault and resolves it."""

import pytest

from loa.client import wait_for
from loa.console_pages import SIZES
from tests.console.aired import BOTH

pytestmark = pytest.mark.xdist_group("console")
_BOX = frozenset({"km", "micrô", "dBm", "MB"})


@pytest.fixture(scope="module")
def placed(commune):
    """Where the speakers hang, and a fault that a village head reported."""
    spots = {"loa-nha-van-hoa": (22.5012, 105.8603), "loa-dau-cau": (22.5041, 105.8655), "loa-cho": (22.4987, 105.8689)}
    with commune.client("kythuat") as technician:
        for speaker, (latitude, longitude) in spots.items():
            technician.patch(f"/speakers/{speaker}", {"latitude": latitude, "longitude": longitude})


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("size", SIZES)
def test_board_and_map(look, size):
    technician = look("kythuat", size)
    technician.given |= _BOX
    technician.open("/ky-thuat").check("ky-thuat")
    assert technician.page.locator(".map a").count() == 3
    assert technician.page.locator(".board > li").count() == 3
    first = technician.page.locator(".board > li").first
    assert first.locator(".hops > li").count() == 6


@pytest.mark.parametrize("size", BOTH)
def test_one_speaker_answers_a_command_and_is_moved(look, commune, size):
    technician = look(
        "kythuat", size, permissions=["geolocation"], geolocation={"latitude": 22.4987, "longitude": 105.87}
    )
    with commune.client("kythuat") as api:
        wait_for(lambda: api.get("/speakers/loa-cho")["health"] or None, seconds=60, what="a heartbeat")
        box = api.get("/speakers/loa-cho")
    technician.given |= (
        set(f"{box['hardware']} {box['serial']} {box['agent_version']}".replace("-", " ").split()) | _BOX
    )
    technician.open("/ky-thuat/loa-cho")
    technician.page.get_by_label("Âm lượng (0 đến 100)").fill("35")
    technician.page.get_by_role("button", name="Đặt âm lượng").click()
    told = technician.page.locator(".answers .chip", has_text="Đặt âm lượng 35%: không làm được").first
    told.wait_for(timeout=60_000)  # a recording sink has no mixer, and says so
    technician.page.get_by_role("button", name="Lấy vị trí của máy này").click()
    technician.page.get_by_text("± ").wait_for()
    technician.page.get_by_role("button", name="Lưu", exact=True).click()
    technician.page.get_by_text("Đã lưu.").wait_for()
    with commune.client("kythuat") as api:
        moved = api.get("/speakers/loa-cho")
    assert (moved["longitude"], moved["volume_percent"]) == (105.87, 35)


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_one_speaker(look, commune, size):
    with commune.client("kythuat") as api:
        box = api.get("/speakers/loa-dau-cau")
    technician = look("kythuat", size)
    words = f"{box['hardware']} {box['serial']} {box['agent_version']}"
    technician.given |= set("".join(c if c.isalpha() else " " for c in words).split()) | _BOX
    technician.open("/ky-thuat/loa-dau-cau").check("ky-thuat-loa")


@pytest.mark.parametrize("size", BOTH)
def test_a_fault_is_taken_noted_and_resolved(look, commune, size):
    word = f"Mất tiếng {size}"
    with commune.client("truongthon") as head:
        head._http.post("/speakers/loa-dau-cau/faults", data={"kind": "silent", "text": word}).raise_for_status()
    technician = look("kythuat", size)
    technician.given |= {size, *_BOX}
    technician.open("/ky-thuat")
    worst = technician.page.locator(".board > li").first
    assert "Loa đầu cầu treo" in worst.inner_text()  # the broken one comes first
    assert "không có tiếng" in worst.inner_text()
    technician.open("/su-co").check("su-co")
    fault = technician.page.locator(".fault", has_text=word)
    fault.get_by_role("button", name="Nhận việc này").click()
    fault.get_by_text("Đang xử lý").wait_for()
    fault.get_by_label("Đã làm gì").fill("Nối lại dây loa")
    fault.get_by_role("button", name="Đã sửa xong").click()
    fault.get_by_text("Nối lại dây loa").wait_for()
    technician.check("su-co-xong")
    with commune.client("kythuat") as api:
        known = next(f for f in api.get("/faults")["items"] if f["text"] == word)
    assert known["resolved_at"]
