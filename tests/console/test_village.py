"""A village head on a phone: speak, write or take a template; hear it; choose when; see whether it sounded; report a fault."""

import io
import re

import pytest
from PIL import Image

from tests.console.aired import BOTH, rules_of
from tests.hours import tomorrow

pytestmark = pytest.mark.xdist_group("console")
_LONGEST_MS = 90_000


def newest(commune):
    with commune.client("truongthon") as head:
        return head.get("/bulletins")["items"][0]


@pytest.mark.parametrize("size", BOTH)
def test_speak_and_hear_it(look, commune, size):
    head = look("truongthon", size, permissions=["microphone"])
    head.open("/thon").check("thon")
    left = head.page.locator(".limits").inner_text()
    assert re.search(r"\d+\s+lần phát nữa hôm nay", left)
    head.page.get_by_role("button", name="Bấm để nói").click()
    head.page.locator(".clock").get_by_text(re.compile(r"0:(0[3-9]|[1-5]\d)")).wait_for()
    head.page.get_by_role("button", name="Dừng thu").click()
    head.page.get_by_role("button", name="Nói lại").wait_for()
    assert head.page.locator("[data-recorder] audio").is_visible()
    head.page.get_by_role("button", name="Nghe thử").click()
    head.page.locator("#audio").wait_for(timeout=_LONGEST_MS)
    head.check("thon-nghe-thu")
    assert "có lời thu âm" in head.page.inner_text("main")
    version = newest(commune)["version"]["id"]
    with commune.client("truongthon") as api:
        (track,) = api.get(f"/versions/{version}/tracks")["items"]
    assert track["duration_ms"] > 1500


@pytest.fixture
def _generous(commune):
    """As many broadcasts a day as the tests of both sizes make together, whatever the hour of the day."""
    with rules_of(commune, "na-it", {"village": {"sessions_a_day": 20, "minutes_a_day": 100}}, after={}):
        yield


@pytest.mark.usefixtures("_generous")
@pytest.mark.parametrize("size", BOTH)
def test_a_template_goes_on_air_when_approved_and_is_seen_to_sound(look, commune, size):
    head = look("truongthon", size)
    head.open("/thon")
    head.page.get_by_role("link", name="Họp thôn").click()
    head.page.get_by_label("Giờ họp").fill("19:30")
    head.page.get_by_label("Ngày họp").fill(f"{tomorrow(0):%Y-%m-%d}")
    head.page.get_by_label("Địa điểm").fill("nhà văn hóa thôn")
    head.page.get_by_label("Nội dung").fill(f"bàn việc làm đường ({size})")
    head.given |= {size}
    head.check("thon-mau")
    head.page.get_by_role("button", name="Nghe thử").click()
    head.page.locator("#audio").wait_for(timeout=_LONGEST_MS)
    head.check("thon-chon-gio")
    head.page.locator(".hours button").first.click()
    head.page.get_by_text("Đã gửi. Xã duyệt xong").wait_for()
    head.check("thon-da-gui")
    sent = newest(commune)["version"]
    assert sent["status"] == "submitted"
    with commune.client("lanhdao") as leader:
        leader.post(f"/versions/{sent['id']}/approve", {"note": ""})
    head.open(f"/thon/tin/{sent['id']}")
    head.page.get_by_role("button", name="Phát ngay").click()
    head.page.get_by_text("Đã phát", exact=False).first.wait_for(timeout=2 * _LONGEST_MS)
    head.check("thon-da-phat")


def test_a_rule_that_forbids_is_told_before_anything_is_sent(look, commune):
    head = look("truongthon", "phone")
    head.open("/thon")
    head.page.get_by_label("Lời muốn loa đọc").fill("Mời bà con ra nhà văn hóa.")
    head.page.get_by_role("button", name="Nghe thử").click()
    head.page.locator("#audio").wait_for(timeout=_LONGEST_MS)
    with rules_of(commune, "na-it", {"village": {"sessions_a_day": 0, "minutes_a_day": 5}}, after={}):
        head.page.reload()
        assert "0 lần phát nữa hôm nay" in " ".join(head.page.locator(".limits").inner_text().split())
        head.page.locator(".hours button").first.click()
        head.page.get_by_role("alert").get_by_text("tối đa là 0").wait_for()
    assert newest(commune)["version"]["status"] == "draft"  # nothing half-done
    head.provoked("422")  # the refusal


@pytest.mark.parametrize("size", BOTH)
def test_report_a_broken_speaker_with_a_photo(look, commune, tmp_path, size):
    photo = tmp_path / "anh.jpg"
    Image.new("RGB", (2400, 1200), "grey").save(photo)
    head = look("truongthon", size)
    head.open("/thon")
    head.page.get_by_role("link", name="Báo hỏng: Loa chợ Phiêng").click()
    head.page.get_by_text("Loa rè, hú").click()
    head.page.get_by_label("Chụp hoặc chọn ảnh").set_input_files(photo)
    head.page.get_by_label("Kể thêm").fill(f"Rè từ hôm qua {size}")
    head.given |= {size, "anh", "jpg"}
    head.check("bao-hong")
    head.page.get_by_role("button", name="Gửi cho kỹ thuật").click()
    head.page.get_by_text("Đã báo cho kỹ thuật.").wait_for()
    with commune.client("kythuat") as technician:
        fault = next(f for f in technician.get("/faults?speaker_id=loa-cho")["items"] if size in f["text"])
        assert fault["kind"] == "rattle"
        kept = io.BytesIO(technician.download(f"/faults/{fault['id']}/photo"))
    with Image.open(kept) as shown:
        assert shown.size == (1600, 800)


def test_what_was_said_in_writing_survives_a_station_that_does_not_answer(look):
    head = look("truongthon", "phone")
    page = head.open("/thon").page
    words = "Mời bà con ra nhà văn hóa nhận thóc giống."
    page.get_by_label("Lời muốn loa đọc").fill(words)
    page.route("**/thon/tin", lambda route: route.fulfill(status=502, body="", content_type="text/html"))
    page.get_by_role("button", name="Nghe thử").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/thon/tin")
    page.go_back()
    page.goto("/thon")
    assert page.get_by_label("Lời muốn loa đọc").input_value() == words
    page.get_by_role("button", name="Nghe thử").click()
    page.wait_for_url("**/thon/tin/*")
    page.goto("/thon")
    assert page.get_by_label("Lời muốn loa đọc").input_value() == ""
    head.provoked("502", "ERR_HTTP_RESPONSE_CODE_FAILURE")


def test_without_a_safe_connection_the_reason_is_told(look):
    head = look("truongthon", "phone")
    head.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    head.open("/thon")
    head.page.get_by_text("Trình duyệt chỉ cho thu âm trực tiếp khi kết nối an toàn").wait_for()
    assert not head.page.get_by_role("button", name="Bấm để nói").is_visible()
    head.check("thon-khong-https")
