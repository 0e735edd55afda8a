"""A resident's path, without an account: the schedule, listening again, a word to the commune and its answer."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
import soundfile
from lxml import etree

from loa.client import wait_for
from loa.console_pages import SIZES
from tests.console.aired import BOTH, TEXT, TITLE, Recording, aired
from tests.waiting import LONGEST_S

pytestmark = pytest.mark.xdist_group("console")
RATE_HZ = 16_000


@pytest.fixture(scope="module")
def version(commune, tmp_path_factory):
    """A bulletin in two languages that was aired, and is on the schedule of tomorrow too."""
    sound = tmp_path_factory.mktemp("tay") / "loi-tay.wav"
    at = np.arange(3 * RATE_HZ) / RATE_HZ
    soundfile.write(sound, 0.2 * np.sin(2 * np.pi * 330 * at) * np.sin(2 * np.pi * 2 * at), RATE_HZ)
    found = aired(commune, recording=Recording(sound, "tyz", "Lời tiếng Tày"))
    with commune.client("canbo") as officer:
        at = (datetime.now(UTC) + timedelta(hours=30)).isoformat()
        officer.post("/schedules", {"version_id": found, "area_id": commune.area_id("khuoi-nan"), "start_at": at})
        officer.post("/schedules", {"version_id": found, "area_id": commune.area_id("na-it"), "start_at": at})
    return found


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("size", SIZES)
def test_the_schedule_says_when_and_who_answers_for_it(look, size):
    screen = look(None, size)
    screen.given |= {"canbo"}
    screen.open("/nguoi-dan").check("nguoi-dan")
    text = screen.page.inner_text("main")
    assert TITLE in text
    assert "Thông báo của thôn" in text  # a single village's: the time alone
    assert "Hoàng Văn Khuê" in text
    assert "Trần Minh Đức" not in text  # a technician answers for nothing that is said


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("size", SIZES)
def test_listening_again_with_the_words(look, size):
    screen = look(None, size)
    screen.open("/nguoi-dan/nghe-lai").check("nguoi-dan-nghe-lai")
    screen.page.get_by_role("link", name=TITLE).click()
    screen.page.wait_for_selector(".transcript button")
    screen.check("nguoi-dan-nghe")
    sentences = screen.page.locator(".transcript p").all_inner_texts()
    assert " ".join(sentences) == TEXT
    assert len(sentences) == 2
    screen.page.locator(".transcript button").nth(1).click()
    screen.page.wait_for_selector(".transcript p.sounding")
    assert screen.page.locator("#audio").evaluate("e => e.currentTime") > 1


@pytest.mark.parametrize("size", SIZES)
def test_listening_in_a_minority_language(look, version, size):
    screen = look(None, size)
    page = screen.open(f"/nguoi-dan/nghe-lai/{version}").page
    tongue = page.locator(".tongue")
    assert tongue.inner_text().split("\n")[0].startswith("Tiếng Tày")
    sound = tongue.locator("audio")
    sound.scroll_into_view_if_needed()
    sound.press("Space")  # as the browser's own control takes it
    wait_for(lambda: sound.evaluate("e => e.currentTime > 0.3") or None, seconds=30, what="the other language")
    assert 2.5 < sound.evaluate("e => e.duration") < 4.5
    page.locator(".transcript button").first.click()  # one sound at a time
    wait_for(lambda: sound.evaluate("e => e.paused") or None, seconds=30, what="its silence")


@pytest.mark.parametrize("size", BOTH)
def test_a_word_becomes_a_published_answer(look, version, size):
    resident = look(None, size)
    resident.given |= {"RSS"}
    resident.open(f"/nguoi-dan/nghe-lai/{version}")
    resident.page.get_by_role("link", name="Loa quá to").click()
    resident.page.get_by_label("Nói thêm").fill(f"Loa đầu cầu treo quá to lúc sáng sớm, {size}.")
    resident.check("nguoi-dan-gop-y")
    resident.page.get_by_role("button", name="Gửi góp ý").click()
    code = resident.page.locator(".code").inner_text()
    resident.check("nguoi-dan-cam-on")
    resident.page.get_by_role("link", name="Xem góp ý này").click()
    assert "Chờ trả lời" in resident.page.inner_text("main")

    officer = look("canbo", size)
    officer.given |= set(re.findall(r"\w+", size))
    officer.open("/gop-y").check("gop-y")
    ticket = officer.page.locator(".ticket").filter(has_text=size)
    ticket.locator("summary").click()
    ticket.get_by_role("textbox", name="Câu trả lời").fill(f"Xã đã giảm âm lượng loa đầu cầu ({size}).")
    ticket.get_by_role("button", name="Gửi câu trả lời").click()
    officer.page.get_by_text("Đã trả lời góp ý.").wait_for()
    officer.page.locator(".ticket").filter(has_text=size).get_by_role("link", name="Phát câu trả lời trên loa").click()
    assert "Xã đã giảm âm lượng" in officer.page.get_by_label("Hoặc dán nội dung").input_value()

    resident.open("/nguoi-dan/gop-y")
    resident.page.get_by_label("Mã góp ý đã ghi").fill(code)
    resident.page.get_by_role("button", name="Xem", exact=True).click()
    assert "Xã đã giảm âm lượng" in resident.page.inner_text("main")
    resident.given |= set(re.findall(r"\w+", size))
    resident.check("nguoi-dan-tra-loi")
    resident.open("/nguoi-dan/gop-y")
    assert "Xã đã giảm âm lượng" in resident.page.inner_text("main")


@pytest.mark.parametrize("size", BOTH)
def test_the_leader_decides_what_is_public(look, commune, version, size):
    leader = look("lanhdao", size)
    leader.open("/cong-khai").check("cong-khai")
    leader.page.get_by_role("button", name=f"Ẩn đi: {TITLE}").click()
    leader.page.get_by_role("button", name=f"Cho hiện: {TITLE}").wait_for()
    hidden = httpx.get(f"{commune.url}/api/v1/public/archive/{version}/audio", timeout=LONGEST_S)
    assert hidden.status_code == httpx.codes.NOT_FOUND
    leader.page.get_by_role("button", name=f"Cho hiện: {TITLE}").click()
    leader.page.get_by_role("button", name=f"Ẩn đi: {TITLE}").wait_for()


@pytest.mark.usefixtures("version")
def test_programs_can_follow(commune):
    def get(url):
        return httpx.get(url, timeout=LONGEST_S)

    def episode():  # what others have put on the air since may be there as well
        feed = etree.fromstring(get(f"{commune.url}/api/v1/public/podcast.xml").content)
        (found,) = feed.xpath("//item[title=$title]/enclosure", title=TITLE)
        return found

    enclosure = episode()
    assert enclosure.get("type") == "audio/mpeg"
    sound = get(enclosure.get("url"))
    assert sound.content[:3] == b"ID3" or sound.content[0] == 0xFF
    assert episode().get("length") == str(len(sound.content))
    calendar = get(f"{commune.url}/api/v1/public/schedule.ics").text
    assert f"SUMMARY:{TITLE}" in calendar
