"""A technician sees what is broken and why, orders a tone, takes a fault and resolves it."""

import hashlib
import re
from itertools import count

import pytest

from loa.children import Children
from loa.client import ApiError, wait_for
from loa.console_pages import SIZES
from tests.console.aired import BOTH
from tests.console.screen import hold
from tests.console.spare_speaker import SpareSpeaker

pytestmark = pytest.mark.xdist_group("console")
_NUMBERS = count(1)
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
    for name in ("Loa nhà văn hóa Nà Ít", "Loa đầu cầu treo", "Loa chợ Phiêng"):
        assert technician.page.locator(f".map a[aria-label^='{name}']").count() == 1
        one = technician.page.locator(".board > li", has=technician.page.get_by_role("link", name=name, exact=True))
        assert one.locator(".hops > li").count() == 6


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
    told = technician.page.locator(".answers .chip", has_text="Đặt âm lượng 35%: không làm được, hộp không có").first
    told.wait_for(timeout=60_000)  # a recording sink has no mixer, and says so
    technician.page.get_by_role("button", name="Lấy vị trí của máy này").click()
    technician.page.get_by_text("± ").wait_for()
    technician.page.get_by_role("button", name="Lưu nơi đặt").click()
    technician.page.get_by_text("Đã lưu.").wait_for()
    with commune.client("kythuat") as api:
        moved = api.get("/speakers/loa-cho")
    assert (moved["longitude"], moved["volume_percent"]) == (105.87, 35)


@pytest.mark.parametrize(
    ("size", "scheme"), [*((size, "light") for size in SIZES), pytest.param("phone", "dark", marks=pytest.mark.long)]
)
def test_the_pages_of_one_speaker(look, commune, size, scheme):
    with commune.client("kythuat") as api:
        box = api.get("/speakers/loa-dau-cau")
    technician = look("kythuat", size, color_scheme=scheme)
    words = f"{box['hardware']} {box['serial']} {box['agent_version']}"
    technician.given |= set("".join(c if c.isalpha() else " " for c in words).split()) | _BOX
    technician.open("/ky-thuat/loa-dau-cau").check(f"ky-thuat-loa-{scheme}")


@pytest.mark.parametrize("size", BOTH)
def test_a_fault_is_taken_noted_and_resolved(look, commune, size):
    word = f"Mất tiếng {size}"
    with commune.client("truongthon") as head:
        head._http.post("/speakers/loa-dau-cau/faults", data={"kind": "silent", "text": word}).raise_for_status()
    technician = look("kythuat", size)
    technician.given |= {size, *_BOX}
    technician.open("/ky-thuat")
    board = technician.page.locator(".board > li").all_inner_texts()
    place = next(number for number, text in enumerate(board) if "Loa đầu cầu treo" in text)
    assert "không có tiếng" in board[place]
    assert not any("Chưa thấy hỏng" in text for text in board[:place])  # the broken ones come first
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


@pytest.fixture
def spare(commune, tmp_path):
    """A speaker of its own for each test, with a box that is switched on."""
    with Children(tmp_path / "logs") as children:
        found = SpareSpeaker(commune, children, tmp_path / "boxes", next(_NUMBERS))
        with commune.client("kythuat") as technician:
            found.enrol(1, technician.post(f"/speakers/{found.id}/claim")["code"])
        found.start(1)
        yield found
    with commune.client("kythuat") as technician:  # no broadcast of the tests after this waits for it
        assert technician.patch(f"/speakers/{found.id}", {"in_repair": True})["in_repair"]


@pytest.mark.long
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_life_of_a_box_from_afar(look, spare, size):
    technician = look("kythuat", size)
    page = technician.open(f"/ky-thuat/{spare.id}").page

    def answered(*words):
        """The newest answer, in words."""
        told = page.locator(".answers > li").first
        for word in words:
            told.get_by_text(word).first.wait_for(timeout=60_000)
        return told

    def press(name, *words):
        page.get_by_role("button", name=name, exact=True).click()
        return answered(*words)

    press("Phát tiếng thử", "Phát tiếng thử", "xong, tiếng thử đã phát xong")
    press("Tự kiểm tra", "Tự kiểm tra", "xong, loa kêu tốt", "mức")
    log = press("Lấy nhật ký", "Lấy nhật ký", "xong, nhật ký ở dưới")
    log.locator("summary").click()
    assert "command" in log.locator(".log").inner_text()
    technician.given |= words_of(page.locator("[translate=no]").all_inner_texts())
    technician.check("ky-thuat-tra-loi")

    page.get_by_label("Âm lượng (0 đến 100)").fill("35")
    press("Đặt âm lượng", "Đặt âm lượng", "35%", "xong")
    wait_for(lambda: spare.level() == 35 or None, seconds=20, what="the mixer")
    press("Dừng ngay", "Dừng ngay", "xong")

    page.get_by_role("button", name="Đã sửa xong, dùng lại").click()
    page.get_by_role("button", name="Đưa vào sửa chữa").click()
    page.locator(".chip.over", has_text="Đang sửa chữa").wait_for()
    assert spare.get()["in_repair"]

    page.get_by_label("Giờ loa tự kêu").fill("20:30")
    page.get_by_role("button", name="Lưu giờ cho loa này").click()
    wait_for(lambda: spare.get()["self_test_at"] == "20:30:00" or None, seconds=20, what="the hour")
    page.get_by_label("Không tự kiểm tra").check()
    page.get_by_role("button", name="Lưu giờ cho loa này").click()
    wait_for(lambda: spare.get()["self_test_at"] is None or None, seconds=20, what="no self-test")

    press("Khởi động lại", "Khởi động lại", "xong, hộp đang khởi động lại")
    spare.wait_ended(1)
    spare.start(1)  # as systemd does
    page.goto(f"/ky-thuat/{spare.id}")
    page.locator(".hops .good", has_text="đang báo tin đều").wait_for()
    replace(page, spare)
    wipe(technician, spare)


def replace(page, spare):
    """Another box takes its place."""
    before = spare.get()
    page.get_by_role("button", name="Lấy mã cho hộp mới").click()
    spare.enrol(2, page.locator(".code").inner_text())
    spare.start(2)
    after = spare.get()
    assert after["enrolled_at"] > before["enrolled_at"]
    kept = ("name", "area_id", "volume_percent", "self_test_at", "in_repair")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}

    page.goto(f"/ky-thuat/{spare.id}")
    page.locator(".hops .good", has_text="đang báo tin đều").wait_for()


def wipe(technician, spare):
    """The second box ends."""
    page = technician.page
    page.get_by_text("Ngừng dùng hộp này").click()
    technician.given |= words_of(page.locator("[translate=no]").all_inner_texts())
    technician.check("ky-thuat-ngung-dung")
    hold(page, page.get_by_role("button", name="Nhấn giữ hai giây để xoá sạch hộp"))
    page.get_by_text("xong, hộp đã xoá khoá").wait_for(timeout=60_000)
    spare.wait_ended(2)
    assert spare.wiped(2)
    assert spare.get()["enrolled_at"] is None
    page.reload()
    page.locator(".hops .bad", has_text="chưa gắn thiết bị").wait_for()


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES)
def test_an_update_is_one_of_those_that_the_station_offers(look, commune, spare, size):
    package = commune.data / "releases" / f"loa-agent-9.{len(size)}.tar"
    package.parent.mkdir(exist_ok=True)
    package.write_bytes(size.encode() * 1000)
    technician = look("kythuat", size)
    page = technician.open(f"/ky-thuat/{spare.id}").page
    page.get_by_label("Bản phần mềm").select_option(package.stem.removeprefix("loa-agent-"))
    page.get_by_role("button", name="Cập nhật phần mềm").click()
    told = page.locator(".answers > li").first  # this box was not installed as a release, and says so
    told.get_by_text("hộp này không làm được việc này").wait_for(timeout=60_000)
    told.get_by_text("gói cài đặt").wait_for()
    with commune.client("kythuat") as api:
        (sent,) = api.get(f"/speakers/{spare.id}/commands")["items"]
        assert sent["args"]["sha256"] == hashlib.sha256(package.read_bytes()).hexdigest()
        with pytest.raises(ApiError, match="không có gói"):
            api.post(f"/speakers/{spare.id}/commands", {"op": "update", "args": {**sent["args"], "version": "6.6.6"}})
    package.unlink()

    page.get_by_text("Ngừng dùng hộp này").click()  # and, as if it had been stolen, it is believed no longer
    page.get_by_label("Vì sao").fill("mất trộm")
    page.get_by_role("button", name="Thôi tin hộp này").click()
    page.get_by_text("Đài không còn tin hộp này").wait_for()
    assert spare.get()["enrolled_at"] is None
    assert not spare.wiped(1)


def words_of(texts):
    """Words that devices wrote."""
    return {word for text in texts for word in re.findall(r"[^\W\d_]+", text)}
