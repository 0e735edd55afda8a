"""How a draft is read aloud: chosen on a page of its own, heard before, and true of the audio afterwards."""

import wave

import pytest

from loa.client import wait_for

TEXT = "Kính mời bà con họp tổ vay vốn. Họp lúc 19h30 ngày 3/6/2026 tại nhà văn hóa. Bà con đến đúng giờ."
_LONGEST_S = 120.0
pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture(scope="session")
def draft(commune):
    """A bulletin and its version, not sent for approval."""
    with commune.client("canbo") as officer:
        made = officer._answer(officer._send("POST", "/bulletins", data={"text": TEXT, "title": "Họp tổ vay vốn"}))
        return made["id"], made["version"]["id"]


def ready(officer, version):
    production = f"/versions/{version}/production"
    return wait_for(
        lambda: (made := officer.get(production)) and (made if made["status"] == "ready" else None),
        seconds=_LONGEST_S,
        what="the audio",
    )


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
def test_how_it_is_read(commune, look, draft, size):
    bulletin, version = draft
    officer = look("canbo", size)
    page = officer.open(f"/ban-tin/{bulletin}").page
    page.get_by_role("link", name="Đổi cách đọc…").click()
    page.get_by_role("heading", name="Cách đọc").wait_for()
    page.get_by_text("Câu nào là ý chính?").click()
    officer.check("cach-doc")
    page.get_by_label("Tốc độ").select_option(label="chậm nhiều (80%)")
    sample = page.locator("audio[data-sample]").first.get_attribute("src")
    assert "toc_do=0.8" in sample  # what is heard follows what is chosen
    heard = page.context.request.get(commune.url + sample)
    assert heard.headers["content-type"] == "audio/mpeg"
    assert len(heard.body()) > 1000
    page.get_by_label("Hai lần").check()
    page.get_by_label("Cuối bài nhắc lại ý chính").check()
    last = page.locator(".facts input").last
    last.check()
    assert page.get_by_label("Những câu đánh dấu dưới đây").is_checked()
    page.get_by_label("Nhạc hiệu trước và sau").uncheck()
    page.get_by_label("Lời xưng").fill("Đây là đài truyền thanh xã Khuổi Nằn.")
    page.get_by_role("button", name="Lưu cách đọc").click()
    page.get_by_text("Đã lưu cách đọc").wait_for()
    officer.check("ban-tin-cach-doc")
    with commune.client("canbo") as client:
        manner = client.get(f"/versions/{version}/manner")
        assert (manner["manner"]["speed"], manner["manner"]["repeat"], manner["manner"]["chime"]) == (0.8, 2, False)
        assert len(manner["key_facts_now"]) == 2  # the one that was found, and the one that was ticked
        made = ready(client, version)
    assert [entry["index"] for entry in made["timeline"]] == [-1, 0, 1, 2, 0, 1, 2, 1, 2]


def test_the_voice_of_the_station_has_its_place_among_the_recordings(commune, look, tmp_path):
    sound = tmp_path / "tay.wav"
    with wave.open(str(sound), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(b"".join(((n * 37 % 2000) - 1000).to_bytes(2, "little", signed=True) for n in range(32_000)))
    with commune.client("canbo") as client:
        body = {"text": "Mời bà con nghe tin.", "title": "Tin hai thứ tiếng"}
        made = client._answer(client._send("POST", "/bulletins", data=body))
        client.upload(f"/versions/{made['version']['id']}/tracks", sound, {"language": "tyz", "title": ""})
    officer = look("canbo")
    page = officer.open(f"/ban-tin/{made['id']}").page
    assert page.locator(".tracks li").first.inner_text().startswith("Giọng đọc của đài")
    officer.check("thu-tu-ban-ghi")
    page.get_by_role("button", name="Phát muộn hơn: Giọng đọc của đài").click()
    page.get_by_text("Đã lưu").wait_for()
    with commune.client("canbo") as client:
        order = client.get(f"/versions/{made['version']['id']}/tracks")["order"]
    assert order[-1] == "speech"
    assert len(order) == 2
