"""Until when a job can start or go on, as far as this clock can tell, and why it was missed. Decides nothing, writes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

from edge_agent.ledger import Ledger, Record
from edge_agent.timekeeping import Timekeeper
from edge_agent.timing import TOLERANCE_S, end_of_slot_s, is_now_order, start_by_s
from protocol.states import Reason, State

AFTER_S = 0.001
"""A deadline is looked at just after it."""
_WAITS_FOR_FILE = frozenset({State.ACCEPTED, State.FETCHING})


class Deadlines:
    """`trusted` says whether a key is still believed. This life of the agent begins when it is made."""

    def __init__(self, ledger: Ledger, time: Timekeeper, trusted: Callable[[str], bool]) -> None:
        self._ledger = ledger
        self._time = time
        self._trusted = trusted
        self._life_mono_s = time.mono_s()

    def by_order(self, record: Record) -> bool:
        """Whether it may start without a clock: an emergency ordered for now that came in this boot."""
        ordered = datetime.fromtimestamp(record.ordered_s, UTC)
        return record.emergency and self._ledger.arrived_in_this_boot(record) and is_now_order(record.job, ordered)

    def at_once(self, record: Record) -> bool:
        """Whether it was to sound when it was signed: then it does when it comes, also by a clock behind the station's."""
        return self.by_order(record) and record.job.start_at.timestamp() <= record.ordered_s

    def next_look(self, record: Record) -> float | None:
        """When to look whether it can still start, or still go on; None if the time of that is not known."""
        if self._time.trusted:
            at_s = start_by_s(record) if record.waiting else end_of_slot_s(record.job)
            at_mono_s = self._time.mono_at(at_s) + (0.0 if record.waiting else TOLERANCE_S)
        elif record.waiting and self.by_order(record):
            at_mono_s = record.arrived_mono_s + start_by_s(record) - record.ordered_s
        else:
            return None
        return max(at_mono_s + AFTER_S, self._time.mono_s() + AFTER_S)

    def missed(self, record: Record) -> Reason | None:
        """Why it can no longer start, None if it still can."""
        deadline_s = start_by_s(record)
        if not self._time.trusted:
            if self.by_order(record):
                # It is at least so late: an old order that has waited in a broker must not sound as a new one.
                least_s = max(record.ordered_s + self._time.mono_s() - record.arrived_mono_s, self._time.floor_s)
                refused = Reason.NO_OUTPUT if record.waited is Reason.NO_OUTPUT else Reason.TOO_LATE
                late = Reason.NO_AUDIO if record.state in _WAITS_FOR_FILE else refused
                return late if least_s > deadline_s else None
            return Reason.CLOCK if self._time.floor_s > deadline_s else None
        return None if self._time.now_s() <= deadline_s else self._why(record, deadline_s)

    def _why(self, record: Record, deadline_s: float) -> Reason:
        """What kept it from starting until its deadline."""
        deadline_mono_s = self._time.mono_at(deadline_s)
        unsteady = deadline_mono_s < self._time.steady_since_mono_s
        if record.arrived_s > deadline_s:
            return Reason.TOO_LATE
        here = self._ledger.arrived_in_this_boot(record) and record.arrived_mono_s < self._time.steady_since_mono_s
        if unsteady and (here or deadline_mono_s >= self._life_mono_s):
            return Reason.CLOCK
        if deadline_mono_s < self._life_mono_s:
            return Reason.OFF
        if not self._trusted(record.kid):  # last: what was missed before its key was revoked was not missed for that
            return Reason.TRUST_LOST
        return Reason.NO_AUDIO if record.state in _WAITS_FOR_FILE else record.waited or Reason.TOO_LATE
