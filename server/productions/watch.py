"""Whether a piece of work is still wanted, asked again and again while it is done."""

import threading
import time
from collections.abc import Callable

from sqlmodel import Session

from server.database import Database
from voices import Progress

_BEAT_S = 2.0
"""How often progress is written, the lease renewed and the order looked at."""


class Watch:
    """`look` is told every `_BEAT_S` how many sentences are done, and says whether the work is still wanted."""

    def __init__(
        self,
        database: Database,
        stopping: threading.Event,
        look: Callable[[Session, int], bool],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._stopping = stopping
        self._look = look
        self._changed = changed
        self._dropped = threading.Event()
        self._done = 0
        self._next_beat = time.monotonic() + _BEAT_S

    def report(self, progress: Progress) -> None:
        """From the voices room."""
        if progress.stage == "render":
            self._done = progress.done
        self._beat()

    def drop(self) -> None:
        """It is not wanted any more."""
        self._dropped.set()

    def unwanted(self) -> bool:
        """Asked by the voices room, also while a long sentence is made."""
        self._beat()
        return self._stopping.is_set() or self._dropped.is_set()

    def _beat(self) -> None:
        if time.monotonic() < self._next_beat or self._stopping.is_set() or self._dropped.is_set():
            return
        self._next_beat = time.monotonic() + _BEAT_S
        with self._database.write() as session:
            if not self._look(session, self._done):
                self._dropped.set()
        self._changed()
