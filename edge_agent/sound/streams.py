"""Live radio: a player process for each stream, started only when one is due, with a fallback while the stream is dead.

mpv plays to the sound card; it is told what to do over its JSON socket and leaves nothing in our memory when it has gone.
"""

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from edge_agent.agent import Agent
from edge_agent.library import FolderLibrary, digest, file_chunks
from edge_agent.ports import LoadProblem
from protocol.jobs import Stream

log = structlog.get_logger(__name__)

Post = Callable[[Callable[[Agent], None]], None]

SETTLE_S = 5.0
"""A player that dies sooner than this after its start has not played: the next address is tried after a pause."""
PAUSE_S = 3.0
FALLBACK_S = 20
"""The fallback sounds for so long before the stream is tried again."""


class StreamPlayer:
    """One stream on one mpv process at a time; its addresses are tried in a circle for as long as the voice is wanted."""

    def __init__(self, voice: str, urls: tuple[str, ...], fallback: Path | None, post: Post) -> None:
        self._voice = voice
        self._urls = urls
        self._fallback = fallback
        self._post = post
        self._folder = tempfile.TemporaryDirectory(prefix="loa-mpv-")
        self._socket = Path(self._folder.name) / "ipc"
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = threading.Event()
        self._closed = False
        self._gain_db = 0.0
        self._take = 0
        self._since_mono_s: float | None = None
        self._due_mono_s = 0.0
        threading.Thread(target=self._run, name="stream", daemon=True).start()

    def start(self, take: int, *, at_mono_s: float, gain_db: float) -> None:
        """Join the stream at that instant."""
        self._take, self._due_mono_s, self._gain_db = take, at_mono_s, gain_db
        self._wanted.set()

    def stop(self) -> int | None:
        """Silence; None if nothing of this start came out."""
        self._wanted.clear()
        since_s, self._since_mono_s = self._since_mono_s, None
        self._kill()
        return None if since_s is None else int((time.monotonic() - since_s) * 1000)

    def position_ms(self) -> int | None:
        """How long it has sounded."""
        since_s = self._since_mono_s
        return None if since_s is None else int((time.monotonic() - since_s) * 1000)

    def set_gain(self, gain_db: float) -> None:
        """Ask mpv to be quieter or louder."""
        self._gain_db = gain_db
        self._tell("set_property", "volume", _percent(gain_db))

    def close(self) -> None:
        """No more of it."""
        self._closed = True
        self.stop()
        self._wanted.set()
        self._folder.cleanup()

    def _run(self) -> None:
        turn = 0
        while True:
            self._wanted.wait()
            if self._closed:
                return
            time.sleep(max(0.0, self._due_mono_s - time.monotonic()))
            if not self._wanted.is_set():
                continue
            began_s = time.monotonic()
            if self._since_mono_s is None:
                self._since_mono_s = began_s
                self._tell_started(self._take, began_s)
            self._play(self._urls[turn % len(self._urls)])
            if self._wanted.is_set() and not self._closed:
                turn += 1
                lasted_s = time.monotonic() - began_s
                log.warning("stream ended", voice=self._voice, lasted_s=round(lasted_s, 1))
                if lasted_s < SETTLE_S and turn % len(self._urls) == 0:
                    self._bridge()

    def _tell_started(self, take: int, mono_s: float) -> None:
        self._post(lambda agent: agent.voice_started(self._voice, take, mono_s))

    def _bridge(self) -> None:
        """No address plays: the fallback for a while, or silence, then the stream again."""
        if self._fallback is not None:
            self._play(str(self._fallback), "--loop-file=inf", longest_s=FALLBACK_S)
        else:
            time.sleep(PAUSE_S)

    def _play(self, address: str, *more: str, longest_s: float | None = None) -> None:
        """Until the stream, somebody, or `longest_s` ends it."""
        command = [
            "mpv",
            "--no-config",
            "--no-video",
            "--really-quiet",
            "--network-timeout=10",
            f"--volume={_percent(self._gain_db)}",
        ]
        with subprocess.Popen(
            [*command, *more, f"--input-ipc-server={self._socket}", "--", address], stdin=subprocess.DEVNULL
        ) as process:
            self._process = process
            if not self._wanted.is_set() or self._closed:  # stopped while it was being started
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(longest_s)
            process.kill()

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()

    def _tell(self, *command: object) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(0.5)
                line.connect(str(self._socket))
                line.sendall(json.dumps({"command": command}).encode() + b"\n")
        except OSError as error:
            log.info("mpv does not listen", error=str(error))


class StreamPlayers:
    """The players by voice."""

    def __init__(self, library: FolderLibrary, post: Post) -> None:
        self._library = library
        self._post = post
        self._players: dict[str, StreamPlayer] = {}

    def load(self, voice: str, stream: Stream) -> None:
        """Answers at once: a live stream has nothing to load ahead."""
        if shutil.which("mpv") is None:
            self._post(lambda agent: agent.voice_failed(voice, LoadProblem.NO_OUTPUT, "mpv is not installed"))
            return
        self._players[voice] = StreamPlayer(voice, stream.urls, self._fallback(stream), self._post)
        self._post(lambda agent: agent.voice_loaded(voice))

    def _fallback(self, stream: Stream) -> Path | None:
        """The fallback's file if its bytes are right."""
        if stream.fallback is None:
            return None
        path = self._library.path(stream.fallback.sha256)
        good = path.is_file() and digest(file_chunks(path)) == stream.fallback.sha256
        return path if good else None

    def of(self, voice: str) -> StreamPlayer | None:
        """The player of a voice."""
        return self._players.get(voice)

    def unload(self, voice: str) -> None:
        """End it."""
        player = self._players.pop(voice, None)
        if player is not None:
            player.close()


def _percent(gain_db: float) -> int:
    """Mpv's volume is cubic: 100 is 0 dB, and its cube root law gives −60 dB at 10."""
    return max(0, min(100, round(100 * 10 ** (gain_db / 60))))
