"""What went wrong seldom: races and full disks that cost more than themselves."""

import os
import socket
import threading
import time

import httpx
import pytest

from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOrder, FetchOutcome, Lane
from edge_agent.progress import RamProgress
from edge_agent.runtime.logs import LogTail
from edge_agent.runtime.watchdog import Watchdog
from edge_agent.runtime.web import HttpWeb, Proof
from edge_agent.sound.loading import Loader
from protocol.keys import Role, SigningKey, device_owner, station_owner
from tests.edge_agent.sounds import name_of, opus


def test_a_voice_that_is_forgotten_while_it_is_opened_is_taken_back(tmp_path):
    library = FolderLibrary(tmp_path / "audio")
    data = opus(0.5)
    library.path(name_of(data)).write_bytes(data)
    held: set[str] = set()
    told: list[str] = []
    opened, go_on, idle = threading.Event(), threading.Event(), threading.Event()

    class Agent:
        def voice_loaded(self, voice):
            told.append(voice)
            idle.set()

    def take(voice, _sound):
        if voice == "gone":
            opened.set()
            assert go_on.wait(30)
        held.add(voice)

    loader = Loader(library, take, held.discard, lambda act: act(Agent()))
    loader.load("gone", name_of(data))
    assert opened.wait(30)
    loader.forget("gone")
    go_on.set()
    loader.load("kept", name_of(data))
    assert idle.wait(30)
    assert held == {"kept"}
    assert told == ["kept"]


@pytest.mark.parametrize("url", ["http://[::1", "ht!tp://x", "http://\x00", "//", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_fails_like_one_that_does_not_answer(tmp_path, url):
    web = HttpWeb(
        station_url="http://127.0.0.1:9",
        key=SigningKey.generate(Role.DEVICE, device_owner("xa", "loa-1")),
        station=station_owner("xa"),
        library=FolderLibrary(tmp_path / "audio"),
        now_s=lambda: 1.7e9,
        post=lambda _act: None,
    )
    outcome, detail = web.bring(FetchOrder("0" * 64, 5, (url,), Lane.SOON))
    assert outcome is FetchOutcome.FAILED
    assert detail


def test_the_log_can_be_asked_for_while_it_is_written():
    tail = LogTail()
    stop = threading.Event()

    def write():
        while not stop.is_set():
            tail(None, "info", {"event": "x"})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            tail.newest(300)
    finally:
        stop.set()
        writer.join(30)


def test_a_supervisor_that_is_away_for_a_moment_kills_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    Watchdog().alive()
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with heard:
        heard.bind(str(tmp_path / "notify"))
        Watchdog().alive()
        assert b"READY=1" in heard.recv(100)


def test_a_full_ram_disk_costs_the_note_and_not_the_sound(tmp_path, monkeypatch):
    progress = RamProgress(tmp_path / "progress", "boot")
    progress.note("v", 1000, 1000)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("edge_agent.progress.os.pwrite", full)
        progress.note("v", 2000, 2000)
    assert RamProgress(tmp_path / "progress", "boot").recall("v") == (1000, 1000)


@pytest.mark.parametrize("said", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "yesterday", ""])
def test_a_refusal_with_an_odd_date_is_a_refusal(said):
    now_s = time.time()
    key = SigningKey.generate(Role.DEVICE, device_owner("xa", "loa-1"))
    proof = Proof(key, station_owner("xa"), lambda: now_s)
    for _ in range(3):
        flow = proof.auth_flow(httpx.Request("GET", "http://station/x"))
        request = next(flow)
        with pytest.raises(StopIteration):
            flow.send(httpx.Response(401, headers={"Date": said}, request=request))
        now_s += 10


def test_what_came_in_of_a_file_that_nobody_wants_goes(tmp_path):
    library = FolderLibrary(tmp_path)
    for name in ("wanted", "old", "growing"):
        library.part(name).write_text("half")
    for name in ("wanted", "old"):
        os.utime(library.part(name), (1.0e9, 1.0e9))
    library.clean(frozenset({"wanted"}))
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["growing", "wanted"]
