"""The durable outbox: what happened, numbered for good, until the station says that it has committed it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog
from pydantic import BaseModel

from edge_agent.options import Options
from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol.messages import Ack, Event, EventBatch

log = structlog.get_logger(__name__)

BATCH = 50
IN_FLIGHT = 4
"""Batches sent before an acknowledgement: after three days off, a narrow line is not filled with reports."""
MAX_WAITING = 20_000
"""Above this, notes and refusals are no longer kept: what became of jobs always is."""


@dataclass(frozen=True)
class Batch:
    """Events to send, and the last sequence number among them (the envelope's `rev`)."""

    body: EventBatch
    last: int


class Outbox:
    """Numbers, keeps and offers events. `send` is called with each batch that is due."""

    def __init__(
        self,
        store: Store,
        time: Timekeeper,
        *,
        boot_id: str,
        random: Random,
        options: Options,
        send: Callable[[Batch], None],
    ) -> None:
        self._store = store
        self._time = time
        self._boot_id = boot_id
        self._random = random
        self._options = options
        self._send = send
        self._epoch = store.fact("epoch") or self._new_epoch()
        waiting = store.event_range()
        acked = int(store.fact("acked") or 0)
        self._first = waiting[0] if waiting else None
        self._last = max(waiting[1] if waiting else 0, acked, int(store.fact("seq") or 0))
        self._sent_upto = 0
        self._due_mono_s: float | None = time.mono_s() if waiting else None
        self._resend_s = options.ack_timeout_s
        self._waiting_since_mono_s: float | None = None
        self._open = False

    @property
    def epoch(self) -> str:
        """This life of the outbox."""
        return self._epoch

    @property
    def last(self) -> int:
        """Number of the newest event."""
        return self._last

    @property
    def waiting(self) -> int:
        """Events not acknowledged."""
        return 0 if self._first is None else self._last - self._first + 1

    @property
    def unanswered_s(self) -> float:
        """For how long something sent has waited for its acknowledgement."""
        return 0.0 if self._waiting_since_mono_s is None else self._time.mono_s() - self._waiting_since_mono_s

    def add(self, kind: str, data: BaseModel, *, hurry: bool = False) -> None:
        """Record that something happened, in the caller's transaction. `hurry`: tell soon, not spread over half a minute."""
        if kind not in {"job", "fault"} and self.waiting > MAX_WAITING:
            return
        self._last += 1
        event = Event(
            seq=self._last,
            at=self._time.now(),
            mono_ms=int(self._time.mono_s() * 1000),
            boot_id=self._boot_id,
            clock=self._time.state,
            type=kind,
            data=data.model_dump(mode="json", exclude_defaults=True),
        )
        self._store.add_event(event.seq, event.model_dump_json())
        self._first = self._first or event.seq
        spread_s = self._options.report_spread_s * (0.03 if hurry else 1.0)
        due_s = self._time.mono_s() + self._random.uniform(0, spread_s)
        if self._sent_upto + 1 == self._last or self._due_mono_s is None or hurry:
            self._due_mono_s = due_s if self._due_mono_s is None else min(due_s, self._due_mono_s)

    def line(self, *, open_: bool) -> None:
        """The way to the station has opened or closed; after opening everything unacknowledged goes out again."""
        self._open = open_
        self._sent_upto = 0
        self._resend_s = self._options.ack_timeout_s
        if open_ and self.waiting:
            self._due_mono_s = self._time.mono_s()

    def step(self) -> float | None:
        """Send what is due; the monotonic instant at which to be called again."""
        if not self._open or not self.waiting or self._due_mono_s is None:
            return None
        mono_s = self._time.mono_s()
        if mono_s < self._due_mono_s:
            return self._due_mono_s
        if self._sent_upto >= self._last:  # the acknowledgement is overdue
            self._sent_upto = 0
            self._resend_s = min(self._resend_s * 2, self._options.ack_timeout_s * 10)
        for _ in range(IN_FLIGHT):
            batch = self.next_batch(after=self._sent_upto)
            if batch is None:
                break
            self._send(batch)
            self._sent_upto = batch.last
        if self._waiting_since_mono_s is None:
            self._waiting_since_mono_s = mono_s
        self._due_mono_s = mono_s + self._resend_s * self._random.uniform(1.0, 1.3)
        return self._due_mono_s

    def next_batch(self, after: int = 0) -> Batch | None:
        """The first events after a sequence number, unsent or not."""
        events = tuple(Event.model_validate_json(text) for text in self._store.events(after, BATCH))
        if not events:
            return None
        return Batch(EventBatch(epoch=self._epoch, oldest=self._first, events=events), events[-1].seq)

    def acked(self, ack: Ack) -> None:
        """The station has committed up to `ack.seq`."""
        if ack.epoch != self._epoch:
            log.info("acknowledgement of another epoch", epoch=ack.epoch)
            return
        if ack.seq > self._last:
            # It knows more of this epoch than we do: our newest events were lost. Their numbers must not be used again.
            self._renumber()
            return
        with self._store.transaction():
            self._store.drop_events(ack.seq)
            self._store.set_fact("acked", str(ack.seq))
            self._store.set_fact("seq", str(self._last))
        self._waiting_since_mono_s = None
        self._resend_s = self._options.ack_timeout_s
        self._first = None if ack.seq >= self._last else max(ack.seq + 1, self._first or 0)
        if self._first is None:
            self._due_mono_s = None
        elif ack.seq >= self._sent_upto < self._last:
            self._due_mono_s = self._time.mono_s()

    def _renumber(self) -> None:
        """Begin a new epoch with what is still waiting."""
        log.warning("station acknowledged events that are unknown here; new epoch", epoch=self._epoch)
        with self._store.transaction():
            old = self._store.events(0, MAX_WAITING * 2)
            self._store.drop_events(self._last)
            self._epoch = self._new_epoch()
            self._store.set_fact("acked", "0")
            self._store.set_fact("seq", str(len(old)))
            for seq, text in enumerate(old, start=1):
                renumbered: dict[str, Any] = {**Event.model_validate_json(text).model_dump(), "seq": seq}
                self._store.add_event(seq, Event.model_validate(renumbered).model_dump_json())
        self._last = len(old)
        self._first = 1 if old else None
        self._sent_upto = 0
        self._due_mono_s = self._time.mono_s() if old else None

    def _new_epoch(self) -> str:
        epoch = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        self._store.set_fact("epoch", epoch)
        return epoch
