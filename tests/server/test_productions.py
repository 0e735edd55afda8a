"""What can go wrong while audio is made: the officer is told, the queue goes on, and nothing half-made is ever aired."""

import errno
import os
import threading
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.productions import workshop
from server.tables import Version
from tests.waiting import wait_until
from voices import Studio
from voices.render_process import Limits


@pytest.fixture
def station(commune, fake_voice):
    """The same commune at a station with other settings."""
    commune.client.__exit__(None, None, None)
    clients = []

    def start(limits=None, **changes):
        settings = replace(commune.settings, **changes)
        studio = Studio(settings.clip_cache_dir, 1, factory=fake_voice, limits=limits)
        client = TestClient(create_app(settings, air=commune.air, studio=studio), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return type(commune)(client, settings, commune.air, commune.tokens)

    yield start
    for client in clients:
        client.__exit__(None, None, None)


def made(commune, text):
    version = commune.bulletin(text=text)["version"]["id"]
    return version, commune.ready(version)


def notices(commune, who="canbo"):
    return {notice["kind"]: notice["text"] for notice in commune.call(who, "GET", "/notices")["items"]}


def finished(commune):
    return sorted(path.name for path in commune.settings.audio_dir.iterdir())


def test_a_voice_that_fails_is_replaced_only_with_the_author_told(station):
    commune = station(voice="hong", fallback_voices=("vang", "thu"))
    _, state = made(commune, "Mời bà con đến họp.")
    assert (state["status"], state["voice"], state["spoken_by"]) == ("ready", "hong", "thu")
    assert len(state["notices"]) == 2
    assert "“thu” đọc" in notices(commune)["other-voice"]


def test_without_another_voice_a_failure_is_a_failure(station):
    commune = station(voice="hong", fallback_voices=())
    version, state = made(commune, "Mời bà con đến họp.")
    assert state["status"] == "failed"
    assert "hỏng" in state["error"]
    assert "hỏng" in notices(commune)["audio-failed"]
    assert finished(commune) == []
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "tiếng" in commune.error("lanhdao", "POST", f"/versions/{version}/approve", 409)


def test_an_engine_that_hangs_or_dies_costs_one_bulletin(station):
    commune = station(limits=Limits(open_s=60, sentence_s=3, character_s=0), fallback_voices=())
    for text, word in (("Câu này TREO mất rồi.", "treo"), ("Câu này CHẾT mất rồi.", "hai lần")):
        bulletin = commune.bulletin(text="Câu thường.")
        version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]["id"]
        commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": text})
        state = commune.ready(version)
        assert state["status"] == "failed"
        assert word in state["error"]
    assert finished(commune) == []
    assert made(commune, "Mời bà con đến họp.")[1]["status"] == "ready"


def test_nothing_to_say_is_told(commune):
    bulletin = commune.bulletin(text="Một câu.")
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]["id"]
    for spoken in ("🙂🙂🙂", "*** ---"):
        commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": spoken})
        state = commune.ready(version)
        assert state["status"] == "failed"
        assert "không có chữ" in state["error"]
    headers = {"Authorization": f"Bearer {commune.token('canbo')}"}
    assert commune.client.get(f"/api/v1/versions/{version}/listen", headers=headers).status_code == 422
    assert finished(commune) == []


def test_a_sentence_without_words_is_left_out_and_told(commune):
    bulletin = commune.bulletin(text="Câu đầu. Câu giữa. Câu cuối.")
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][1]["id"]
    commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": "🙂"})
    state = commune.ready(version)
    assert [entry["index"] for entry in state["timeline"]] == [0, 2]
    assert "🙂" in state["notices"][0]


def test_a_hundred_thousand_characters_are_refused_before_anything_is_made(commune, tmp_path):
    version = commune.bulletin(text="Một câu.")["version"]["id"]
    with (
        commune.station().database.write() as session
    ):  # 100,000 characters of text take the reading room half a minute
        row = session.get(Version, version)
        (sentence,) = row.script["sentences"]
        row.script = {**row.script, "sentences": [{**sentence, "spoken": "bà con " * 14_300}]}
    state = commune.ready(version)
    assert state["status"] == "failed"
    assert "100100 ký tự" in state["error"]
    assert not (tmp_path / "engine.log").exists()


def test_a_full_disk_fails_one_bulletin_with_words(commune, monkeypatch):
    version = commune.bulletin(text="Mời bà con đến họp.")["version"]["id"]
    from voices import files

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(files.os, "fsync", full)
        state = commune.ready(version)
    assert state["status"] == "failed"
    assert "đầy" in state["error"]
    assert finished(commune) == []
    assert commune.ready(version)["status"] == "ready"


def test_what_nobody_foresaw_costs_one_bulletin(commune, monkeypatch):
    def unforeseen(*_):
        raise KeyError("sentences")

    with monkeypatch.context() as broken:
        broken.setattr(workshop, "recipe_of", unforeseen)
        _, state = made(commune, "Mời bà con đến họp.")
    assert state["status"] == "failed"
    assert "ngoài dự kiến" in state["error"]
    assert made(commune, "Tin khác.")[1]["status"] == "ready"


def test_a_stumble_does_not_end_the_queue(commune, monkeypatch):
    stumbled = threading.Event()

    def stumble(*_):
        stumbled.set()
        raise KeyError("orders")

    monkeypatch.setattr(workshop, "_RETRY_S", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(workshop.orders, "waiting", stumble)
        assert stumbled.wait(30)
    assert made(commune, "Tin khác.")[1]["status"] == "ready"


def test_what_a_killed_station_left_half_made_is_gone_at_the_next_start(station):
    commune = station()
    commune.client.__exit__(None, None, None)
    for folder in (commune.settings.audio_dir, commune.settings.track_dir):
        (folder / ".tmp-abc").mkdir(parents=True)
        (folder / ".tmp-abc" / "speech.wav").write_bytes(bytes(1000))
        (folder / ".tmp-abc.opus").write_bytes(bytes(1000))
    kept = commune.settings.audio_dir / "kept.opus"
    kept.write_bytes(b"Opus")
    again = station()
    assert finished(again) == ["kept.opus"]
    assert list(again.settings.track_dir.iterdir()) == []


def test_the_audio_of_what_is_approved_stays_when_the_station_gets_another_voice(station):
    before = station()
    version, first = made(before, "Mời bà con đến họp.")
    before.call("canbo", "POST", f"/versions/{version}/submit")
    before.call("lanhdao", "POST", f"/versions/{version}/approve")
    before.client.__exit__(None, None, None)
    after = station(voice="khac")
    again = after.call("canbo", "POST", f"/versions/{version}/production")
    assert (again["sha256"], again["voice"]) == (first["sha256"], "thu")


def test_what_is_being_made_is_stopped_at_once_and_can_be_ordered_again(commune, tmp_path):
    text = " ".join(f"CHỜ câu số {word}." for word in ("một", "hai", "ba", "bốn", "năm", "sáu"))
    version = commune.bulletin(text=text)["version"]["id"]
    commune.error("canbo", "DELETE", f"/versions/{version}/production", 409)
    commune.call("canbo", "POST", f"/versions/{version}/production")
    wait_until((tmp_path / "engine.log").exists)
    commune.error("lanhdao", "DELETE", f"/versions/{version}/production", 403)
    stopped = commune.call("canbo", "DELETE", f"/versions/{version}/production")
    assert (stopped["status"], stopped["error"]) == ("cancelled", "Đã dừng theo yêu cầu.")
    wait_until(
        lambda: not commune.station().workshop._watches
    )  # it is given up though its sentence is still being said
    (tmp_path / "go").touch()
    other = commune.bulletin(text="Tin khác.")["version"]["id"]
    assert commune.ready(other)["status"] == "ready"  # the queue goes on, without the other sentences
    assert (tmp_path / "engine.log").read_text("utf-8").count("render\t") <= 3
    assert commune.call("canbo", "GET", f"/versions/{version}/production")["status"] == "cancelled"
    assert commune.ready(version)["status"] == "ready"
