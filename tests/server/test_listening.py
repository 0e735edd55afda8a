"""An officer hears a sentence at once and a bulletin from its first sentence on; the finished audio also as MP3."""

import asyncio
import io

import pytest
import soundfile

from server.productions.recipe import recipe_of
from server.tables import Version
from tests.loops import run
from tests.waiting import wait_until

TEXT = "Câu thứ nhất đây. Câu thứ hai đây. CHẬM câu thứ ba. Câu thứ tư đây."


@pytest.fixture
def version(commune):
    return commune.bulletin(text=TEXT)["version"]["id"]


def sentences(commune, version):
    return commune.call("canbo", "GET", f"/versions/{version}")["script"]["sentences"]


def get(commune, path, who="canbo"):
    return commune.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {commune.token(who)}"})


def rendered(tmp_path):
    rows = [line.split("\t") for line in (tmp_path / "engine.log").read_text("utf-8").splitlines()]
    return [text for what, _, text in rows if what == "render"]


def length_s(content):
    samples, rate_hz = soundfile.read(io.BytesIO(content))
    return len(samples) / rate_hz


def test_one_sentence_is_heard_now_in_its_manner(commune, version):
    second = sentences(commune, version)[1]
    path = f"/versions/{version}/sentences/{second['id']}/audio"
    for kind in ("mp3", "wav", "opus", "flac"):
        usual = get(commune, f"{path}?format={kind}")
        assert usual.headers["content-type"].startswith("audio/")
        assert length_s(usual.content) == pytest.approx(len(second["spoken"]) * 0.04, abs=0.1)
    commune.call("canbo", "PUT", f"/versions/{version}/manner", json={"speed": 0.7})
    slow = get(commune, path)
    assert length_s(slow.content) == pytest.approx(len(second["spoken"]) * 0.04 / 0.7, abs=0.1)


def test_an_edited_sentence_is_rendered_alone(commune, version, tmp_path):
    commune.ready(version)
    before = len(rendered(tmp_path))
    first = sentences(commune, version)[0]["id"]
    commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{first}", json={"spoken": "Câu đã sửa."})
    assert get(commune, f"/versions/{version}/sentences/{first}/audio").status_code == 200
    assert rendered(tmp_path)[before:] == ["Câu đã sửa."]
    commune.ready(version)
    assert rendered(tmp_path)[before:] == ["Câu đã sửa."]


def test_listening_begins_before_the_last_sentence_is_made(commune, version, tmp_path):
    station = commune.station()
    with station.database.read() as session:
        recipe = recipe_of(session, station.settings, session.get(Version, version))
    sound = station.workshop.preview.stream(recipe.sentences, "thu", recipe)
    first = next(sound)
    assert len(rendered(tmp_path)) == 1
    whole = first + b"".join(sound)
    assert len(rendered(tmp_path)) == 4
    said_s = sum(len(sentence.text) * 0.04 for sentence in recipe.sentences)
    pauses_s = sum({"sentence": 0.45, "paragraph": 0.9}[sentence.pause_after] for sentence in recipe.sentences)
    assert length_s(whole) == pytest.approx(said_s + pauses_s, abs=0.6)


def test_the_whole_is_streamed_from_any_sentence(commune, version):
    third = sentences(commune, version)[2]["id"]
    whole, rest = get(commune, f"/versions/{version}/listen"), get(commune, f"/versions/{version}/listen?from={third}")
    assert whole.headers["content-type"] == "audio/mpeg"
    assert length_s(rest.content) == pytest.approx(length_s(whole.content) / 2, rel=0.2)
    assert get(commune, f"/versions/{version}/listen?from=khong-co").status_code == 404
    assert get(commune, f"/versions/{version}/sentences/khong-co/audio").status_code == 404


def test_other_villages_do_not_listen(commune, version):
    assert get(commune, f"/versions/{version}/listen", who="truongthon2").status_code == 404
    assert commune.client.get(f"/api/v1/versions/{version}/listen").status_code == 401


def test_more_listeners_than_the_station_can_serve_are_told(commune, version):
    preview = commune.station().workshop.preview
    leave = [preview._enter() for _ in range(4)]
    answer = get(commune, f"/versions/{version}/listen")
    assert answer.status_code == 503
    assert "nghe thử" in answer.json()["error"]["message"]
    for free in leave:
        free()
    assert get(commune, f"/versions/{version}/listen").status_code == 200


async def hang_up_early(app, path, token):
    """Listen until the first sound is there, then close the window; the status of the answer."""
    heard, asked = asyncio.Event(), asyncio.Event()
    status = 0

    async def receive():
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal status
        status = message.get("status", status)
        if message.get("body"):
            heard.set()

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"testserver"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return status


def test_who_hangs_up_makes_room_for_the_next(commune, version):
    app, token = commune.client.app, commune.token("canbo")

    async def five():
        return [await hang_up_early(app, f"/api/v1/versions/{version}/listen", token) for _ in range(5)]

    assert run(five()) == [200] * 5


def test_an_engine_that_fails_is_an_answer_not_a_broken_stream(commune):
    version = commune.bulletin(text="Câu HỎNG rồi.")["version"]["id"]
    answer = get(commune, f"/versions/{version}/listen")
    assert answer.status_code == 503
    assert "hỏng" in answer.json()["error"]["message"]


def test_the_finished_audio_is_also_mp3(commune):
    version = commune.bulletin(text="Mời bà con đến họp.")["version"]["id"]
    assert get(commune, f"/versions/{version}/audio?format=mp3").status_code == 404
    commune.ready(version)
    opus, mp3 = (get(commune, f"/versions/{version}/audio?format={kind}") for kind in ("opus", "mp3"))
    assert mp3.headers["content-type"] == "audio/mpeg"
    assert opus.content[:4] == b"OggS"
    assert length_s(mp3.content) == pytest.approx(length_s(opus.content), abs=0.1)
    assert get(commune, f"/versions/{version}/audio?format=mp3").content == mp3.content
    assert get(commune, f"/versions/{version}/audio?format=aac").status_code == 422


def test_whoever_begins_a_bulletin_finds_the_voice_loaded(commune, tmp_path):
    assert (
        commune.client.get("/ban-tin/moi", headers={"Authorization": f"Bearer {commune.token('canbo')}"}).status_code
        == 200
    )
    log = tmp_path / "engine.log"
    wait_until(lambda: log.exists() and "\n" in log.read_text("utf-8"))
    assert log.read_text("utf-8").startswith("open")
