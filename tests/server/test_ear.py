"""The station listens to what it made, says again what was unclear, and never delays or changes what is decided."""

import threading
import time

import pytest
from fastapi.testclient import TestClient

from server.productions import listening as listening_room
from tests.waiting import LONGEST_S, wait_until
from voices import EngineFailedError

SENTENCES = ("Ủy ban xã thông báo tin mới.", "Ngày mai họp thôn lúc bảy giờ tối.", "Mời bà con đến đủ.")
TEXT = " ".join(SENTENCES)


class FakeEar:
    """Understands a tone by its length: what the fake engine says at 40 ms a character. It is deaf to one sentence, or only
    when that is said at the usual pace."""

    def __init__(self, deaf_to="", *, understands_other_paces=False, gate=None, broken=False):
        self._deaf_to, self._patient, self._gate, self._broken = deaf_to, understands_other_paces, gate, broken
        self.opened = self.closed = 0

    def __call__(self):
        return self

    def __enter__(self):
        self.opened += 1
        return self

    def __exit__(self, *_):
        self.closed += 1

    def hear(self, samples):
        if self._gate:
            assert self._gate.wait(LONGEST_S)
        if self._broken:
            raise EngineFailedError("Bộ nghe kiểm tra bị hỏng.")
        length_ms = len(samples) / 16
        for sentence in SENTENCES:
            pace = length_ms / (len(sentence) * 40)
            if 0.88 < pace < 1.13:
                deaf = sentence == self._deaf_to and not (self._patient and abs(pace - 1) > 0.02)
                return "xyz" if deaf else sentence
        return ""


@pytest.fixture
def listening(commune, make_app):
    """The same commune at a station with an ear."""
    commune.client.__exit__(None, None, None)
    clients = []

    def start(ear):
        client = TestClient(make_app(open_ear=ear), raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return type(commune)(client, commune.settings, commune.air, commune.tokens)

    yield start
    for client in clients:
        client.__exit__(None, None, None)


def heard(commune, version, who="canbo"):
    end = time.monotonic() + LONGEST_S
    while (state := commune.call(who, "GET", f"/versions/{version}/production"))["ear"]["status"] == "waiting":
        assert time.monotonic() < end, state
        time.sleep(0.02)
    return state


def made(commune, text=TEXT):
    version = commune.bulletin(text=text)["version"]["id"]
    return version, commune.ready(version)


def kinds(commune, who="canbo"):
    return {notice["kind"]: notice for notice in commune.call(who, "GET", "/notices")["items"]}


def test_every_sentence_is_heard_and_the_verdict_stored(listening):
    commune = listening(FakeEar())
    version, first = made(commune)
    state = heard(commune, version)
    ear = state["ear"]
    assert (ear["status"], ear["passed"], ear["cer"], ear["flagged"], ear["note"]) == ("listened", True, 0, 0, "")
    ids = [s["id"] for s in commune.call("canbo", "GET", f"/versions/{version}")["script"]["sentences"]]
    assert [sentence["sentence_id"] for sentence in ear["sentences"]] == ids
    assert [sentence["start_ms"] for sentence in ear["sentences"]] == [e["start_ms"] for e in state["timeline"]]
    assert state["sha256"] == first["sha256"]
    assert "ear" not in kinds(commune)


def test_an_unclear_sentence_is_said_again_and_the_clearer_take_kept(listening):
    commune = listening(FakeEar(deaf_to=SENTENCES[2], understands_other_paces=True))
    version, first = made(commune)
    state = heard(commune, version)
    assert [sentence["retaken"] for sentence in state["ear"]["sentences"]] == [False, False, True]
    assert state["ear"]["passed"]
    assert state["sha256"] != first["sha256"]
    path = commune.settings.audio_dir / f"{state['sha256']}.opus"
    assert path.stat().st_size == state["bytes"]
    wait_until(lambda: not [p for p in commune.settings.audio_dir.iterdir() if p.name.startswith(".tmp-")])
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    stale = {"audio_sha256": first["sha256"]}
    assert "rõ hơn" in commune.error("lanhdao", "POST", f"/versions/{version}/approve", 409, json=stale)
    commune.call("lanhdao", "POST", f"/versions/{version}/approve", json={"audio_sha256": state["sha256"]})


def test_what_stays_unclear_is_flagged_and_the_author_told(listening):
    commune = listening(FakeEar(deaf_to=SENTENCES[1]))
    version, first = made(commune)
    state = heard(commune, version)
    (flagged,) = [sentence for sentence in state["ear"]["sentences"] if sentence["flagged"]]
    assert flagged["said"] == SENTENCES[1]
    assert flagged["heard"] == "xyz"
    assert flagged["length_mismatch"]
    assert flagged["missing"]
    assert not state["ear"]["passed"]
    assert state["sha256"] == first["sha256"]
    notice = kinds(commune)["ear"]
    assert "1 câu" in notice["text"]
    page = commune.client.get(notice["path"], headers={"Authorization": f"Bearer {commune.token('canbo')}"}).text
    assert "máy nghe thành" in page
    assert f'href="#cau-{flagged["sentence_id"]}"' in page


def test_the_audio_is_there_before_the_ear_has_listened_and_a_decision_freezes_it(listening):
    gate = threading.Event()
    commune = listening(FakeEar(deaf_to=SENTENCES[2], understands_other_paces=True, gate=gate))
    version, first = made(commune)
    assert (first["status"], first["ear"]["status"]) == ("ready", "waiting")
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    gate.set()
    state = heard(commune, version)
    assert state["sha256"] == first["sha256"]
    assert [sentence["flagged"] for sentence in state["ear"]["sentences"]] == [False, False, True]
    again = commune.call("canbo", "POST", f"/versions/{version}/production")
    assert again["sha256"] == first["sha256"]


def test_an_edit_ends_the_listening(listening):
    gate = threading.Event()
    commune = listening(FakeEar(gate=gate))
    version, _ = made(commune)
    sentence = commune.call("canbo", "GET", f"/versions/{version}")["script"]["sentences"][2]["id"]
    commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": SENTENCES[0]})
    gate.set()
    commune.ready(version)
    state = heard(commune, version)
    assert [sentence["said"] for sentence in state["ear"]["sentences"]] == [*SENTENCES[:2], SENTENCES[0]]


def test_without_an_ear_the_station_says_that_nothing_was_checked(commune):
    _, state = made(commune)
    assert state["ear"]["status"] == "unchecked"
    assert "nghe" in state["ear"]["note"]
    assert state["ear"]["sentences"] == []


def test_a_missing_package_is_no_ear(settings, monkeypatch):
    from dataclasses import replace

    from server import app

    monkeypatch.setattr(app, "ear_is_installed", lambda: False)
    assert "viet-asr" in app._why_no_ear(replace(settings, listen=True), None)


def test_a_broken_ear_costs_nothing_but_the_check(listening):
    commune = listening(FakeEar(broken=True))
    version, first = made(commune)
    state = heard(commune, version)
    assert (state["status"], state["sha256"]) == ("ready", first["sha256"])
    assert state["ear"]["status"] == "unchecked"
    assert "hỏng" in state["ear"]["note"]


def test_what_nobody_foresaw_costs_one_check(listening, monkeypatch):
    def unforeseen(*_):
        raise KeyError("sentences")

    commune = listening(FakeEar())
    with monkeypatch.context() as broken:
        broken.setattr(listening_room, "recipe_of", unforeseen)
        version, _ = made(commune)
        assert "ngoài dự kiến" in heard(commune, version)["ear"]["note"]
    version, _ = made(commune, SENTENCES[0])
    assert heard(commune, version)["ear"]["status"] == "listened"


def test_what_a_stopped_station_did_not_hear_is_heard_by_the_next(listening):
    gate = threading.Event()
    before = listening(FakeEar(gate=gate))
    version, _ = made(before)
    stop = threading.Timer(0.2, gate.set)
    stop.start()
    before.client.__exit__(None, None, None)
    stop.join()
    after = listening(FakeEar())
    assert heard(after, version)["ear"]["status"] == "listened"
