"""An address of a radio is tried: what sounds is told from what does not, and what is wrong is said."""

import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from server.programmes.trial import try_address

RATE_HZ = 8000


def wav(samples, folder):
    path = folder / "radio.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return path.read_bytes()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Whatever stands between this machine and the world: the radio is on this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture(scope="module")
def radio(tmp_path_factory):
    """An HTTP server with a tone, silence, a web page and a file that is no sound."""
    folder = tmp_path_factory.mktemp("radio")
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    pages = {
        "/tieng.wav": ("audio/wav", wav(8000 * np.sin(2 * np.pi * 440 * t), folder)),
        "/im.wav": ("audio/wav", wav(0 * t, folder)),
        "/trang": ("text/html; charset=utf-8", b"<html>radio</html>"),
        "/rac": ("application/octet-stream", b"rac" * 1000),
        "/tep.m3u8": ("application/vnd.apple.mpegurl", b"#EXTM3U\n#EXTINF:3,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = pages.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=30)


@pytest.mark.parametrize(
    ("path", "sounds", "message"),
    [
        ("/tieng.wav", True, "Nghe được"),
        ("/im.wav", True, "im lặng"),
        ("/trang", False, "trang web"),
        ("/rac", False, "không nghe được"),
        ("/tep.m3u8", False, "không nghe được"),
        ("/khong-co", False, "mã 404"),
    ],
)
def test_what_sounds_is_told_from_what_does_not(radio, path, sounds, message):
    found = try_address(radio + path)
    assert (found.sounds, message in found.message) == (sounds, True), found.message


def test_nobody_there():
    assert "Không kết nối được" in try_address("http://127.0.0.1:9/").message
