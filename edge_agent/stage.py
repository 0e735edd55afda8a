"""Who is on the stage: sounds that are loaded, due, sounding, resting between two passes, or interrupted.

Only facts about voices live here; who may go on is decided in `edge_agent.director`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from edge_agent.ledger import Key, Record
from protocol.messages import Evidence


class Phase(StrEnum):
    """Where a performance is."""

    LOADING = "loading"
    LOADED = "loaded"  # waits for its instant
    ORDERED = "ordered"  # its start is given to the output, no frame yet
    SOUNDING = "sounding"
    GAP = "gap"  # between two passes
    HELD = "held"  # interrupted; goes on when its turn comes


ON_STAGE = frozenset({Phase.ORDERED, Phase.SOUNDING, Phase.GAP})
"""What another one must come to terms with."""


@dataclass
class Performance:
    """One record at the output."""

    record: Record
    phase: Phase = Phase.LOADING
    take: int = 0
    """Number of the current start."""
    from_ms: int = 0
    """Position of its first frame."""
    before_ms: int = 0
    """How much had sounded before it."""
    gap_until_mono_s: float = 0.0
    sounded_mono_s: float = -1.0
    """When it last began to sound; −1 is never."""
    saved_mono_s: float = 0.0
    """When progress was last written to disk."""
    noted_mono_s: float = 0.0
    """When it was last noted in memory that outlives the process."""
    ducked: bool = False
    witnessed: Evidence | None = None
    """The most that something else than the output has told of it."""


class Stage:
    """The performances, by key."""

    def __init__(self) -> None:
        self._performances: dict[Key, Performance] = {}

    def __iter__(self) -> Iterator[Performance]:
        return iter(list(self._performances.values()))

    def put(self, performance: Performance) -> None:
        """Bring one on."""
        self._performances[performance.record.key] = performance

    def of(self, record: Record) -> Performance | None:
        """The performance of a record."""
        return self._performances.get(record.key)

    def by_voice(self, voice: str) -> Performance | None:
        """The performance of a voice."""
        return next((p for p in self._performances.values() if p.record.voice == voice), None)

    def drop(self, record: Record) -> None:
        """It has ended or was forgotten."""
        self._performances.pop(record.key, None)

    def on_stage(self) -> list[Performance]:
        """Those that others must come to terms with."""
        return [p for p in self._performances.values() if p.phase in ON_STAGE]
