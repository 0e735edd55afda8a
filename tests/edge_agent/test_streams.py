"""Live radio through the mixer: decoded by ffmpeg, bridged by the fallback while it is dead."""

import http.server
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from edge_agent.sound.decoding import RATE_HZ, Sound
from edge_agent.sound.piped import PipedStream
from edge_agent.sound.streams import StreamPlayer
from tests.edge_agent import test_card as cards
from tests.edge_agent.sounds import RATE, opus
from tests.waiting import LONGEST_S, wait_until

pytestmark = [
    pytest.mark.xdist_group("sound"),  # one sound server at a time
    pytest.mark.skipif(
        not all(map(shutil.which, ("ffmpeg", "mpv", "pulseaudio", "parec"))),
        reason="ffmpeg, mpv, pulseaudio are not installed",
    ),
]
pulse = cards.pulse


@pytest.fixture
def radio(tmp_path):
    """An HTTP server whose /live can be there or not."""
    folder = tmp_path / "www"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/live"
    server.shutdown()
    server.server_close()


def hls(folder, data: bytes, name: str) -> None:
    """A playlist of one-second pieces, as VOV's live radio is one; it appears whole."""
    source = folder / f"{name}.source"
    source.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-i", str(source), "-c:a", "aac", "-b:a", "96k", "-f", "hls", "-hls_time", "1"]
    subprocess.run([*command, "-hls_list_size", "0", str(folder / "new.m3u8")], check=True)
    (folder / "new.m3u8").rename(folder / f"{name}.m3u8")


def loudness(stream: PipedStream, seconds: float) -> float:
    """Mean power of what comes out in real time, in a tenth of a second steps."""
    found = []
    for _ in range(int(seconds * 10)):
        found.append(stream.read(RATE_HZ // 10))
        time.sleep(0.1)
    return float(np.mean(np.square(np.concatenate(found))))


def test_a_dead_stream_is_bridged_and_taken_up_again(radio, monkeypatch):
    monkeypatch.setattr("edge_agent.sound.piped.PAUSE_S", 0.3)
    folder, url = radio
    stream = PipedStream((url,), Sound(opus(30.0, level=0.02)))
    try:
        dead = loudness(stream, 3.0)
        assert 1e-5 < dead < 1e-3  # the fallback
        (folder / "live").write_bytes(opus(3.0, level=0.5))
        deadline = time.monotonic() + LONGEST_S
        while loudness(stream, 0.5) < 0.01:
            assert time.monotonic() < deadline
    finally:
        stream.close()


def test_without_fallback_a_dead_stream_is_silence_of_the_right_length(radio):
    _, url = radio
    stream = PipedStream((url,), None)
    try:
        block = stream.read(4800)
        assert len(block) == 4800
        assert not np.any(block)
    finally:
        stream.close()


def test_live_radio_over_hls_comes_and_goes_and_comes_again(radio, monkeypatch):
    monkeypatch.setattr("edge_agent.sound.piped.PAUSE_S", 0.3)
    folder, url = radio
    hls(folder, opus(4.0, level=0.4), "vov")
    stream = PipedStream((url.replace("/live", "/vov.m3u8"),), Sound(opus(30.0, level=0.02)))
    try:
        deadline = time.monotonic() + LONGEST_S
        while loudness(stream, 0.5) < 0.01:
            assert time.monotonic() < deadline
        (folder / "vov.m3u8").rename(folder / "away.m3u8")
        deadline = time.monotonic() + LONGEST_S
        while not 1e-5 < loudness(stream, 0.5) < 1e-3:  # the fallback
            assert time.monotonic() < deadline
        (folder / "away.m3u8").rename(folder / "vov.m3u8")
        deadline = time.monotonic() + LONGEST_S
        while loudness(stream, 0.5) < 0.01:
            assert time.monotonic() < deadline
    finally:
        stream.close()


class Told:
    """The agent, as far as a player tells it something."""

    def __init__(self) -> None:
        self.started: list[tuple] = []

    def __call__(self, act) -> None:
        act(self)

    def voice_started(self, *what) -> None:
        self.started.append(what)


@pytest.mark.timeout(400)
def test_mpv_bridges_a_dead_stream_and_takes_it_up_again(radio, pulse, tmp_path, monkeypatch):
    monkeypatch.setattr("edge_agent.sound.streams.PAUSE_S", 0.5)
    for name in ("XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, pulse[name])
    monkeypatch.setenv("PULSE_SINK", "left")
    folder, url = radio
    (tmp_path / "fallback").write_bytes(opus(1.5, level=0.02))
    told = Told()
    path = tmp_path / "recorded.raw"
    with cards.recording(pulse, path):
        player = StreamPlayer("v", (url.replace("/live", "/live.m3u8"),), lambda: tmp_path / "fallback", told)
        try:
            player.start(1, at_mono_s=time.monotonic(), gain_db=0.0)
            wait_until(lambda: 1e-5 < power(path) < 1e-3)
            hls(folder, opus(4.0, level=0.4), "live")
            wait_until(lambda: power(path) > 0.01)
            (folder / "live.m3u8").unlink()
            wait_until(lambda: 1e-5 < power(path) < 1e-3)
            assert player.stop() is not None
        finally:
            player.close()
        wait_until(lambda: power(path) == 0.0)
    assert [what[:2] for what in told.started] == [("v", 1)]  # one start, whatever the stream does


def power(path) -> float:
    """Mean power of the last half second that came out on the left."""
    samples = np.fromfile(path, np.int16)
    left = samples[: len(samples) // 2 * 2].reshape(-1, 2)[-RATE // 2 :, 0] / 32768
    return float(np.mean(np.square(left))) if len(left) else 0.0


@pytest.mark.long
def test_a_line_that_gives_nothing_is_bridged_like_one_that_is_closed(pulse, tmp_path, monkeypatch):
    """The server takes the connection, and then nothing comes: the player's own patience is longer than a listener's."""
    monkeypatch.setattr("edge_agent.sound.streams.STALL_S", 1.5)
    for name in ("XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, pulse[name])
    monkeypatch.setenv("PULSE_SINK", "left")
    (tmp_path / "late").write_bytes(opus(1.5, level=0.02))
    here: list[Path] = []
    path = tmp_path / "recorded.raw"
    with socket.create_server(("127.0.0.1", 0)) as server, cards.recording(pulse, path):
        url = f"http://127.0.0.1:{server.getsockname()[1]}/live"
        player = StreamPlayer("v", (url,), lambda: here[0] if here else None, Told())
        try:
            player.start(1, at_mono_s=time.monotonic(), gain_db=0.0)
            wait_until(lambda: player.position_ms() == 0)
            time.sleep(3)  # the fallback is not here yet
            assert player.position_ms() == 0
            here.append(tmp_path / "late")
            wait_until(lambda: 1e-5 < power(path) < 1e-3)
            wait_until(lambda: player.position_ms() > 0)
            assert player.stop() > 0
        finally:
            player.close()


def test_what_is_only_silence_is_not_counted_as_heard(radio):
    _, url = radio
    late: list[Sound] = []
    stream = PipedStream((url,), None, later=lambda: late[0] if late else None)
    try:
        for _ in range(5):
            stream.read(RATE_HZ)
        assert stream.heard_frames == 0
        late.append(Sound(opus(30.0, level=0.02)))
        for _ in range(6):
            stream.read(RATE_HZ)
        assert stream.heard_frames >= 2 * RATE_HZ
    finally:
        stream.close()
