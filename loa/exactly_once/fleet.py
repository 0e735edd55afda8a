"""Thirty devices in a process of their own: they verify, wait for the time, write down what sounded, and report.

`python -m loa.exactly_once.fleet FLEET.json JOURNAL`. Knows the contract alone.
"""

import heapq
import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from loa.simulated_device import SimulatedDevice
from protocol.enrolment import BrokerAccess
from protocol.envelope import Kind
from protocol.jobs import Job
from protocol.keys import SigningKey, TrustSet
from protocol.messages import Ack, Desired, Event, EventBatch, JobReport
from protocol.states import Reason, State

_TICK_S = 0.02
_RESEND_S = 3.0
_BATCH = 50
_CONNECT_S = 120.0
"""The first connection waits for a station that is still starting."""
Key = tuple[str, int]


class Player(SimulatedDevice):
    """A device whose sound is a line in a journal, on disk before the first frame would be heard."""

    def __init__(self, *args: Any, journal: TextIO, **named: Any) -> None:
        super().__init__(*args, **named)
        self._journal = journal
        self._known: set[Key] = set()
        self._waiting: dict[Key, Job] = {}
        self._due: list[tuple[float, Key]] = []
        self._unacked: list[Event] = []
        self._sent_at = 0.0
        self._lock = threading.RLock()
        self.on_desired = self._reconcile
        self.on_ack = self._forget
        self.on_connected = self._hurry

    def tick(self) -> None:
        """Start what is due, send what was not acknowledged."""
        now = time.time()
        with self._lock:
            while self._due and self._due[0][0] <= now:
                _, key = heapq.heappop(self._due)
                if key in self._waiting:
                    self._start(self._waiting.pop(key), key)
            batch = tuple(self._unacked[:_BATCH])
            if batch and self.connected.is_set() and time.monotonic() - self._sent_at > _RESEND_S:
                self._sent_at = time.monotonic()
                self.say(Kind.EVT, EventBatch(epoch=self.epoch, oldest=batch[0].seq, events=batch))

    def _reconcile(self, body: Desired) -> None:
        with self._lock:
            listed = {(job.job_id, job.attempt) for job in body.jobs}
            for job in body.jobs:
                key = (job.job_id, job.attempt)
                if key not in self._known:
                    self._known.add(key)
                    self._waiting[key] = job
                    heapq.heappush(self._due, (job.start_at.timestamp(), key))
                    self._tell(job, State.ACCEPTED)
                    self._tell(job, State.READY)
            for key in [key for key in self._waiting if key not in listed]:
                self._tell(self._waiting.pop(key), State.CANCELLED, reason=Reason.ORDERED)

    def _start(self, job: Job, key: Key) -> None:
        now = datetime.now(UTC)
        late_s = (now - job.start_at).total_seconds()
        if late_s > job.max_start_delay_s or now > job.not_after:
            self._tell(job, State.MISSED, reason=Reason.TOO_LATE)
            return
        line = {
            "device": self.device_id,
            "title": job.title,
            "job": key,
            "due": job.start_at.timestamp(),
            "at": now.timestamp(),
        }
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._tell(job, State.PLAYING, start_error_ms=late_s * 1000)
        self._tell(job, State.PLAYED, played_ms=1000)

    def _tell(self, job: Job, state: State, **facts: Any) -> None:
        self._unacked.append(self.event(JobReport(job_id=job.job_id, attempt=job.attempt, state=state, **facts)))
        self._sent_at = min(self._sent_at, time.monotonic() - _RESEND_S + 0.2)

    def _forget(self, ack: Ack) -> None:
        with self._lock:
            self._unacked = [event for event in self._unacked if ack.epoch != self.epoch or event.seq > ack.seq]
            self._hurry()

    def _hurry(self) -> None:
        self._sent_at = 0.0


def main() -> None:
    """Run until killed."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    with Path(sys.argv[2]).open("a") as journal:
        players = [
            Player(
                plan["station"],
                device["id"],
                SigningKey.load(Path(device["key_file"])),
                TrustSet.model_validate(plan["trust"]),
                BrokerAccess.model_validate(device["access"]),
                journal=journal,
            )
            for device in plan["devices"]
        ]
        for player in players:
            player.connect(wait_s=_CONNECT_S)
        print("ready", flush=True)
        while True:
            for player in players:
                player.tick()
            time.sleep(_TICK_S)


if __name__ == "__main__":
    main()
