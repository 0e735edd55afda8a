"""Downloads and answers: who goes first on a narrow line, what stays within its bounds, and who may send without end."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import ClassVar

import pytest

from edge_agent.library import FolderLibrary
from edge_agent.options import Options
from edge_agent.ports import FetchOrder, FetchOutcome, Lane
from edge_agent.runtime.web import HttpWeb
from protocol.enrolment import PollRequest
from protocol.keys import Role, SigningKey, device_owner, station_owner
from tests.edge_agent.sounds import name_of
from tests.edge_agent.world import World


class Slow(BaseHTTPRequestHandler):
    """`/slow` gives a byte every 20 ms, `/endless` never ends, `/odd` answers in a code that is no code for text."""

    asked: ClassVar[list[tuple[str, str]]] = []
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def do_GET(self):
        data = bytes(range(256)) * 100
        have = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.asked.append((self.path, self.headers.get("Range", "")))
        self.send_response(206 if have else 200)
        if have:
            self.send_header("Content-Range", f"bytes {have}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        with contextlib.suppress(OSError):
            if self.path == "/fast":
                self.wfile.write(data[have:])
                return
            for at in range(have, len(data)):
                self.wfile.write(data[at : at + 1])
                time.sleep(0.02)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=hex")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"zz")
            while self.server.endless:
                self.wfile.write(b"x" * 65_536)


@pytest.fixture
def slow():
    Slow.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        server.endless = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.endless = False
        server.shutdown()


def web_to(slow, tmp_path, told):
    return HttpWeb(
        station_url=f"http://127.0.0.1:{slow.server_port}",
        key=SigningKey.generate(Role.DEVICE, device_owner("xa", "loa-1")),
        station=station_owner("xa"),
        library=FolderLibrary(tmp_path / "audio"),
        now_s=lambda: 1.7e9,
        post=told.put,
    )


def test_a_download_gives_way_at_once_and_goes_on_where_it_was(slow, tmp_path):
    data = bytes(range(256)) * 100
    library, name = FolderLibrary(tmp_path / "audio"), name_of(data)
    web = web_to(slow, tmp_path, SimpleQueue())
    found = SimpleQueue()

    def bring(url):
        found.put(web.bring(FetchOrder(name, len(data), (url,), Lane.BULK))[0])

    threading.Thread(target=bring, args=("/slow",)).start()
    until_s = time.monotonic() + 30
    while not library.part(name).exists() and time.monotonic() < until_s:
        time.sleep(0.01)
    web.prefer(frozenset({"0" * 64}))
    assert found.get(timeout=30) is FetchOutcome.GAVE_WAY
    kept = library.part(name).stat().st_size
    assert 0 < kept < len(data)
    bring("/slow")
    assert found.get(timeout=30) is FetchOutcome.GAVE_WAY
    assert len(Slow.asked) == 1  # the line is not even touched
    web.prefer(frozenset())
    bring("/fast")
    assert found.get(timeout=30) is FetchOutcome.DONE
    assert Slow.asked[-1] == ("/fast", f"bytes={kept}-")


@pytest.mark.parametrize("endless", [False, True])
def test_whatever_answers_a_poll_is_read_so_far_and_no_further(slow, tmp_path, endless):
    slow.endless = endless
    told = SimpleQueue()
    web = web_to(slow, tmp_path, told)
    web.poll(PollRequest(nonce="n" * 24, desired_rev=0, config_rev=0))
    act = told.get(timeout=30)
    answers = []
    agent = type("Agent", (), {"polled": lambda _self, token, *_: answers.append(token)})()
    act(agent)
    assert answers == [None if endless else "zz"]


def test_the_library_stays_within_its_bounds(tmp_path):
    """What is only kept ready does not push it beyond; what is needed sooner pushes out what is needed later."""
    world = World(tmp_path, options=Options(library_bytes=3500, reconnect_jitter_s=1.0, report_spread_s=1.0))
    jobs = [world.job(3000 + 100 * n, here=False) for n in range(3)]
    spare = world.audio(here=False)
    world.order(*jobs, prefetch=(spare,))
    world.run(2700)
    assert set(world.library.held) == {job.audio.sha256 for job in jobs}
    soon = world.job(200, here=False)
    world.order(*jobs, soon, prefetch=(spare,))
    world.run(60)
    assert set(world.library.held) == {job.audio.sha256 for job in (*jobs[:2], soon)}
    world.store.close()
