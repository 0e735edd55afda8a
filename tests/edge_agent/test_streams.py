"""Live radio through the mixer: decoded by ffmpeg, bridged by the fallback while it is dead."""

import http.server
import shutil
import threading
import time

import numpy as np
import pytest

from edge_agent.sound.decoding import RATE_HZ, Sound
from edge_agent.sound.piped import PipedStream
from tests.edge_agent.sounds import opus

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


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
        deadline = time.monotonic() + 20
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
