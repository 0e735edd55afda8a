"""A memory that was destroyed and begins anew: what was to begin before that may have sounded, and nobody knows it any more."""

from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper

_FACT = "reborn_s"


class Rebirth:
    """When it was, if it was. Without a clock that is not known at once: then the start of the life that first has one is taken."""

    def __init__(self, store: Store, time: Timekeeper) -> None:
        self._store = store
        self._time = time
        self._life_mono_s = time.mono_s()
        self._fact = store.fact(_FACT)

    def begin(self) -> None:
        """The memory is new, in the caller's transaction."""
        self._keep("")
        if self.datable:
            self.date()

    @property
    def datable(self) -> bool:
        """Whether it is not known yet when it was, and can be now."""
        return self._fact == "" and self._time.trusted

    def date(self) -> None:
        """Note when it was, in the caller's transaction."""
        self._keep(str(self._time.now_s() - (self._time.mono_s() - self._life_mono_s)))

    @property
    def since_s(self) -> float:
        """Before this Unix second nothing is known of what has started; 0 if the memory is whole, or while it cannot be told."""
        return float(self._fact) if self._fact else 0.0

    def _keep(self, fact: str) -> None:
        self._store.set_fact(_FACT, fact)
        self._fact = fact
