"""Reads files of the library again, in a thread of the lowest priority and with rests: what sounds must not stutter for it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import structlog

from edge_agent.agent import Agent
from edge_agent.library import FolderLibrary, digest, file_chunks

log = structlog.get_logger(__name__)

REST_S = 0.01
"""After each piece of 64 KiB: five megabytes a second leave a card to others."""
_LOWEST = 19


class LibraryInspector:
    """Implements `edge_agent.ports.Inspector`."""

    def __init__(self, library: FolderLibrary, post: Callable[[Callable[[Agent], None]], None]) -> None:
        self._library = library
        self._post = post
        self._work: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._run, name="care-inspect", daemon=True).start()

    def inspect(self, sha256: str) -> None:
        """Soon."""
        self._work.put(sha256)

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST)
        while True:
            self._inspect(self._work.get())

    def _inspect(self, sha256: str) -> None:
        try:
            good = digest(self._pieces(sha256)) == sha256
        except FileNotFoundError:
            good = True  # it has gone meanwhile: whoever needs it sees that
        except OSError as error:
            log.warning("a file cannot be read", sha256=sha256, error=str(error))
            good = False
        self._post(lambda agent: agent.inspected(sha256, good=good))

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        for piece in file_chunks(self._library.path(sha256)):
            yield piece
            time.sleep(REST_S)
