"""Checks and opens sounds in a thread of its own: hashing and decoding must not hold up the agent."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

import structlog

from edge_agent.agent import Agent
from edge_agent.errors import SoundError
from edge_agent.library import FolderLibrary
from edge_agent.ports import LoadProblem
from edge_agent.sound.chime import chime as the_chime
from edge_agent.sound.decoding import BadHashError, Sound, UndecodableError
from edge_agent.sound.piped import PipedStream
from protocol.jobs import Stream

log = structlog.get_logger(__name__)

Post = Callable[[Callable[[Agent], None]], None]


def open_sound(library: FolderLibrary, sha256: str, *, chime: bool) -> Sound:
    """A file of the library, checked, with the box's own chime before it if asked for; raises as `Sound.open` does."""
    return Sound.open(library.path(sha256), sha256, lead=the_chime() if chime else None)


@dataclass(frozen=True, eq=False)
class _Wanted:
    """One wish: the same wish again is another one."""

    sha256: str
    chime: bool


class Loader:
    """`take` gets each opened sound, and may raise SoundError; the agent is told afterwards. `drop` takes one back that was
    forgotten while it was opened.
    """

    def __init__(
        self,
        library: FolderLibrary,
        take: Callable[[str, Sound | PipedStream], None],
        drop: Callable[[str], None],
        post: Post,
    ) -> None:
        self._library = library
        self._take = take
        self._drop = drop
        self._post = post
        self._lock = threading.Lock()
        self._wanted: dict[str, _Wanted] = {}
        self._work: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._run, name="loader", daemon=True).start()

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Open it soon."""
        with self._lock:
            self._wanted[voice] = _Wanted(sha256, chime)
        self._work.put(voice)

    def load_stream(self, voice: str, stream: Stream) -> None:
        """Open a live stream, with its fallback if that is here and good."""
        self._take(voice, PipedStream(stream.urls, self._fallback(stream), later=lambda: self._fallback(stream)))
        self._post(lambda agent: agent.voice_loaded(voice))

    def _fallback(self, stream: Stream) -> Sound | None:
        if stream.fallback is None or not self._library.has(stream.fallback.sha256):
            return None
        try:
            return Sound.open(self._library.path(stream.fallback.sha256), stream.fallback.sha256)
        except (BadHashError, UndecodableError, OSError) as error:
            log.warning("stream without its fallback", error=str(error))
            return None

    def forget(self, voice: str) -> None:
        """It is no longer wanted."""
        with self._lock:
            self._wanted.pop(voice, None)

    def _run(self) -> None:
        while True:
            voice = self._work.get()
            with self._lock:
                wanted = self._wanted.get(voice)
            if wanted is not None:
                self._open(voice, wanted)

    def _open(self, voice: str, wanted: _Wanted) -> None:
        try:
            sound = open_sound(self._library, wanted.sha256, chime=wanted.chime)
        except BadHashError as error:
            problem, detail = LoadProblem.BAD_HASH, str(error)
        except UndecodableError as error:
            problem, detail = LoadProblem.UNDECODABLE, str(error)
        except OSError as error:
            problem, detail = LoadProblem.MISSING, str(error)
        else:
            try:
                self._take(voice, sound)
            except SoundError as error:
                problem, detail = LoadProblem.NO_OUTPUT, str(error)
            else:
                if self._done(voice, wanted):
                    self._post(lambda agent: agent.voice_loaded(voice))
                else:
                    self._drop(voice)
                return
        if self._done(voice, wanted):
            self._post(lambda agent: agent.voice_failed(voice, problem, detail))

    def _done(self, voice: str, wanted: _Wanted) -> bool:
        """Whether it was still wanted, and not another time: then it is no longer."""
        with self._lock:
            still = self._wanted.get(voice) is wanted
            if still:
                del self._wanted[voice]
            return still
