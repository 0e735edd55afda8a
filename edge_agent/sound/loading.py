"""Checks and opens sounds in a thread of its own: hashing and decoding must not hold up the agent."""

import threading
from collections.abc import Callable
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


class Loader:
    """`take` gets each opened sound, and may raise SoundError; the agent is told afterwards."""

    def __init__(self, library: FolderLibrary, take: Callable[[str, Sound | PipedStream], None], post: Post) -> None:
        self._library = library
        self._take = take
        self._post = post
        self._wanted: dict[str, tuple[str, bool]] = {}
        self._work: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._run, name="loader", daemon=True).start()

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Open it soon."""
        self._wanted[voice] = sha256, chime
        self._work.put(voice)

    def load_stream(self, voice: str, stream: Stream) -> None:
        """Open a live stream, with its fallback if that is here and good."""
        fallback = None
        if stream.fallback is not None:
            try:
                fallback = Sound.open(self._library.path(stream.fallback.sha256), stream.fallback.sha256)
            except (BadHashError, UndecodableError, OSError) as error:
                log.warning("stream without its fallback", error=str(error))
        self._take(voice, PipedStream(stream.urls, fallback))
        self._post(lambda agent: agent.voice_loaded(voice))

    def forget(self, voice: str) -> None:
        """It is no longer wanted."""
        self._wanted.pop(voice, None)

    def _run(self) -> None:
        while True:
            voice = self._work.get()
            wanted = self._wanted.pop(voice, None)
            if wanted is not None:
                self._open(voice, *wanted)

    def _open(self, voice: str, sha256: str, chimes: bool) -> None:
        try:
            sound = open_sound(self._library, sha256, chime=chimes)
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
                self._post(lambda agent: agent.voice_loaded(voice))
                return
        self._post(lambda agent: agent.voice_failed(voice, problem, detail))
