"""What this device was asked to play and what became of it. Every move of a job goes through `Ledger.move`: it is checked against
the contract's table, written to disk and reported in one transaction.
"""

from collections.abc import Iterator

import structlog
from pydantic import BaseModel

from edge_agent.outbox import Outbox
from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol.ids import MAX_SMALL
from protocol.jobs import Audio, Job
from protocol.messages import Evidence, JobReport
from protocol.priorities import Priority
from protocol.states import ENDS, SOUNDING, Reason, State, may_follow

log = structlog.get_logger(__name__)

KEEP_ENDED_S = 9 * 86_400.0
"""An ended job is remembered this long after its `not_after`, so that no manifest can start it again."""

Key = tuple[str, int]


class Record(BaseModel):
    """One (job, attempt) on this device."""

    job: Job
    state: State
    kid: str
    """The key that signed the order: revoked, the job is void."""
    rev: int
    """Revision of the order that it came with last."""
    ordered_s: float
    """When that order was signed (Unix seconds)."""
    arrived_mono_s: float
    boot_id: str
    """`arrived_mono_s` means something only within this boot."""
    arrived_s: float
    """When it first came here, by the clock of then."""
    started: bool = False
    """The start has been decided and is on disk: from here on it never starts again."""
    pass_index: int = 0
    """Which repetition, from 0."""
    position_ms: int = 0
    """Where in it the next frame is."""
    played_ms: int = 0
    """How much has sounded."""
    waited: Reason | None = None
    """What held it up last."""

    @property
    def key(self) -> Key:
        """Its name here."""
        return self.job.job_id, self.job.attempt

    @property
    def emergency(self) -> bool:
        """Signed as one: nothing else gets a record of this priority."""
        return self.job.priority is Priority.EMERGENCY

    @property
    def voice(self) -> str:
        """Its name at the output."""
        return f"{self.job.job_id}/{self.job.attempt}"

    @property
    def audio(self) -> Audio | None:
        """The file it needs on disk: its sound, or the fallback of its stream."""
        return self.job.stream.fallback if self.job.stream else self.job.audio

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in ENDS

    @property
    def waiting(self) -> bool:
        """Not started and not ended."""
        return not self.started and not self.ended


class Ledger:
    """All records, in memory and on disk alike."""

    def __init__(self, store: Store, outbox: Outbox, time: Timekeeper, *, boot_id: str) -> None:
        self._store = store
        self._outbox = outbox
        self._time = time
        self._boot_id = boot_id
        self._records: dict[Key, Record] = {}
        for text in store.jobs():
            record = Record.model_validate_json(text)
            self._records[record.key] = record
        self.version = 0
        """Rises with every change, for those who derive something from the records."""

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def get(self, job_id: str, attempt: int) -> Record | None:
        """One record."""
        return self._records.get((job_id, attempt))

    def of_job(self, job_id: str) -> list[Record]:
        """Every attempt of a job."""
        return [record for record in self._records.values() if record.job.job_id == job_id]

    def accept(self, job: Job, *, kid: str, rev: int, ordered_s: float) -> Record:
        """A new job: ACCEPTED."""
        record = Record(
            job=job,
            state=State.UNKNOWN,
            kid=kid,
            rev=rev,
            ordered_s=ordered_s,
            arrived_s=self._time.now_s(),
            arrived_mono_s=self._time.mono_s(),
            boot_id=self._boot_id,
        )
        self._records[record.key] = record
        self.move(record, State.ACCEPTED)
        return record

    def arrived_in_this_boot(self, record: Record) -> bool:
        """Whether its monotonic arrival can be compared with now."""
        return record.boot_id == self._boot_id

    def save(self, record: Record) -> None:
        """Write it down without a report."""
        with self._store.transaction():
            self._store.set_job("/".join(map(str, record.key)), record.model_dump_json(exclude_defaults=True))
        self.version += 1

    def move(
        self,
        record: Record,
        state: State,
        *,
        reason: Reason | None = None,
        by: str | None = None,
        start_error_ms: float | None = None,
        evidence: Evidence | None = None,
        output: str | None = None,
        played_at_most_ms: int | None = None,
    ) -> None:
        """Enter a state, durably, and report it. Raises ValueError on a move that the contract does not know."""
        if not may_follow(record.state, state):
            raise ValueError(f"{record.state} -> {state}")
        record.state = state
        told = state in ENDS or state in SOUNDING or state is State.INTERRUPTED
        report = JobReport(
            job_id=record.job.job_id,
            attempt=record.job.attempt,
            state=state,
            reason=reason,
            by=by,
            played_ms=min(record.played_ms, MAX_SMALL) if told and record.started else None,
            played_at_most_ms=played_at_most_ms,
            start_error_ms=start_error_ms,
            evidence=evidence,
            output=output,
            test=record.job.test,
        )
        with self._store.transaction():
            self.save(record)
            self._outbox.add("job", report, hurry=record.emergency or state in {State.FAILED, State.REJECTED})
        log.info("job", job_id=record.job.job_id, state=state, reason=reason, by=by, start_error_ms=start_error_ms)

    def forget_old(self, now_s: float, keep: frozenset[Key]) -> None:
        """Drop what ended long ago and no manifest names any more."""
        for record in list(self._records.values()):
            old = now_s > record.job.not_after.timestamp() + KEEP_ENDED_S
            if record.ended and old and record.key not in keep:
                del self._records[record.key]
                self._store.drop_job("/".join(map(str, record.key)))
                self.version += 1
