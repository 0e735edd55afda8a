"""Files that lie ready are read again long before anything needs them: a card that rots is found while there is time to refetch."""

from collections.abc import Callable

import structlog

from edge_agent.director import Director
from edge_agent.fetching import Fetching
from edge_agent.ports import Inspector, Library
from edge_agent.timekeeping import Timekeeper

log = structlog.get_logger(__name__)

SETTLE_S = 60.0
"""After a start other things come first."""
LOOK_S = 600.0
"""Pause between two looks whether there is something to inspect."""
EVERY_S = 86_400.0
"""How often the same file is."""
CALM_S = 5.0
PATIENCE_S = 1800.0
"""An inspection that has not answered by then is not waited for."""


class Inspection:
    """One file at a time, the one needed first, while nothing is about to start. `spoiled` is told of each that is bad."""

    def __init__(
        self,
        *,
        inspector: Inspector | None,
        library: Library,
        fetching: Fetching,
        director: Director,
        time: Timekeeper,
        spoiled: Callable[[str], None],
    ) -> None:
        self._inspector = inspector
        self._library = library
        self._fetching = fetching
        self._director = director
        self._time = time
        self._spoiled = spoiled
        self._seen: dict[str, float] = {}
        self._due_mono_s = time.mono_s() + SETTLE_S

    def step(self) -> float | None:
        """Begin the next one if it is time; the monotonic instant at which to be called again."""
        if self._inspector is None:
            return None
        mono_s = self._time.mono_s()
        if mono_s >= self._due_mono_s:
            self._due_mono_s = mono_s + (self._next(self._inspector, mono_s) if self._director.calm else CALM_S)
        return self._due_mono_s

    def inspected(self, sha256: str, *, good: bool) -> None:
        """A file was read to its end."""
        self._due_mono_s = self._time.mono_s()
        if not good and self._library.has(sha256):
            log.warning("a file that lay ready is bad", sha256=sha256)
            self._spoiled(sha256)

    def _next(self, inspector: Inspector, mono_s: float) -> float:
        """Begin it, if there is one; how long to wait then."""
        needed = self._fetching.needed()
        self._seen = {sha256: at for sha256, at in self._seen.items() if sha256 in needed and mono_s - at < EVERY_S}
        waiting = [sha256 for sha256 in needed if sha256 not in self._seen and self._library.has(sha256)]
        if not waiting:
            return LOOK_S
        first = min(waiting, key=lambda sha256: (needed[sha256], sha256))
        self._seen[first] = mono_s
        inspector.inspect(first)
        return PATIENCE_S
