"""Live radio: player processes, started only when a stream is due, with a fallback while it is dead.

mpv plays to the sound card and leaves nothing in our memory when it has gone. A stream is dead when nothing has come out of it for
some seconds, whether its process has ended or hangs on a line that gives nothing.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path

import structlog

from edge_agent.agent import Agent
from edge_agent.library import FolderLibrary, digest, file_chunks
from edge_agent.ports import LoadProblem
from edge_agent.sound.mpv import Mpv
from protocol.jobs import Stream

log = structlog.get_logger(__name__)

Post = Callable[[Callable[[Agent], None]], None]

LOOK_S = 0.25
"""How often a player is asked whether it plays on."""
STALL_S = 8.0
"""A player out of which nothing has come for so long is dead; radio on a mobile line needs some seconds to begin."""
PAUSE_S = 3.0
"""Between two tries of a dead stream."""


class StreamPlayer:
    """One stream. Its addresses are tried in a circle for as long as it is wanted; `fallback` is asked for when it is needed."""

    def __init__(self, voice: str, urls: tuple[str, ...], fallback: Callable[[], Path | None], post: Post) -> None:
        self._voice = voice
        self._urls = urls
        self._fallback = fallback
        self._post = post
        self._folder = tempfile.TemporaryDirectory(prefix="loa-mpv-")
        self._numbers = count()
        self._lock = threading.RLock()
        self._players: list[Mpv] = []
        self._wanted = threading.Event()
        self._closed = False
        self._gain_db = 0.0
        self._take = 0
        self._due_mono_s = 0.0
        self._began = False
        self._heard_s = 0.0
        threading.Thread(target=self._run, name="stream", daemon=True).start()

    def start(self, take: int, *, at_mono_s: float, gain_db: float) -> None:
        """Join the stream at that instant."""
        with self._lock:
            self._take, self._due_mono_s, self._gain_db = take, at_mono_s, gain_db
            self._began, self._heard_s = False, 0.0
            self._wanted.set()

    def stop(self) -> int | None:
        """Silence; how long it has been heard, None if this start has not begun."""
        with self._lock:
            self._wanted.clear()
            for player in self._players:
                player.kill()
            began, self._began = self._began, False
            return round(self._heard_s * 1000) if began else None

    def position_ms(self) -> int | None:
        """For how long something of it, stream or fallback, has been heard."""
        with self._lock:
            return round(self._heard_s * 1000) if self._began else None

    def set_gain(self, gain_db: float) -> None:
        """Quieter or louder, soon: a player that does not listen must not hold up what begins now."""
        self._gain_db = gain_db
        threading.Thread(target=self._tell_gain, name="care-gain", daemon=True).start()

    def _tell_gain(self) -> None:
        with self._lock:
            players = list(self._players)
        for player in players:
            player.set_gain(self._gain_db)

    def close(self) -> None:
        """No more of it."""
        self._closed = True
        self.stop()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            if self._closed:
                self._folder.cleanup()
                return
            take = self._take
            while self._on(take) and (left_s := self._due_mono_s - time.monotonic()) > 0:
                time.sleep(min(left_s, 0.05))
            if self._begin(take):
                self._sound(take)

    def _on(self, take: int) -> bool:
        """Whether that start is still wanted."""
        return self._wanted.is_set() and self._take == take and not self._closed

    def _begin(self, take: int) -> bool:
        with self._lock:
            if not self._on(take):
                return False
            self._began = True
            mono_s = time.monotonic()
        self._post(lambda agent: agent.voice_started(self._voice, take, mono_s))
        return True

    def _sound(self, take: int) -> None:
        """The stream while it lives, and in between whatever there is."""
        addresses = cycle(self._urls)
        player = self._play(take, next(addresses))
        while player is not None:
            while self._listen(take, player):
                pass
            self._drop(player)
            if not self._on(take):
                return
            log.warning("stream is dead", voice=self._voice)
            player = self._bridge(take, addresses)

    def _bridge(self, take: int, addresses: "cycle[str]") -> Mpv | None:
        """The fallback, or silence, until an address plays again: its player, now heard. None if it is no longer wanted."""
        path = self._fallback()
        stopgap = None if path is None else self._play(take, str(path), endless=True)
        tried = 0
        while self._on(take):
            player = self._play(take, next(addresses), silent=True)
            if player is not None and self._comes(take, player, stopgap):
                player.unmute()
                self._drop(stopgap)
                return player
            self._drop(player)
            tried += 1
            until_s = time.monotonic() + (PAUSE_S if tried % len(self._urls) == 0 else 0.0)
            while self._on(take) and time.monotonic() < until_s:
                self._count(stopgap)
            if stopgap is None and (path := self._fallback()) is not None:  # it has come meanwhile
                stopgap = self._play(take, str(path), endless=True)
        self._drop(stopgap)
        return None

    def _comes(self, take: int, player: Mpv, stopgap: Mpv | None) -> bool:
        """Whether something comes out of a player that nobody hears yet."""
        until_s, moves = time.monotonic() + STALL_S, 0
        while self._on(take) and player.alive and time.monotonic() < until_s:
            self._count(stopgap)
            moves += player.moved()
            if moves > 2:  # the first position is no movement
                return True
        return False

    def _listen(self, take: int, player: Mpv) -> bool:
        """Wait until it stops playing on; False then, True if it may be only a moment."""
        until_s = time.monotonic() + STALL_S
        while self._on(take) and player.alive and time.monotonic() < until_s:
            if self._count(player):
                return True
        return False

    def _count(self, player: Mpv | None) -> bool:
        """Let a moment go by; whether that player was heard in it."""
        before_s = time.monotonic()
        time.sleep(LOOK_S)
        heard = player is not None and player.moved()
        with self._lock:
            self._heard_s += time.monotonic() - before_s if heard and self._began else 0.0
        return heard

    def _play(self, take: int, address: str, *, silent: bool = False, endless: bool = False) -> Mpv | None:
        """A new player; None if nothing is wanted any more."""
        with self._lock:
            if not self._on(take):
                return None
            path = Path(self._folder.name) / str(next(self._numbers))
            player = Mpv(address, path, gain_db=self._gain_db, silent=silent, endless=endless)
            self._players.append(player)
            return player

    def _drop(self, player: Mpv | None) -> None:
        if player is not None:
            player.close()
            with self._lock:
                self._players.remove(player)


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
        self._players[voice] = StreamPlayer(voice, stream.urls, lambda: self._fallback(stream), self._post)
        self._post(lambda agent: agent.voice_loaded(voice))

    def _fallback(self, stream: Stream) -> Path | None:
        """The fallback's file if it is here and its bytes are right."""
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
