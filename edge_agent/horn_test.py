"""The sounds without an order: test tone and self-test, asked for by a technician, the self-test once a day by the clock.

They take the horn only when nothing else needs it, never in quiet hours, no louder than the ceiling; an order that comes
meanwhile sounds at once, and the test counts for nothing.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from edge_agent.director import Director
from edge_agent.outbox import Outbox
from edge_agent.ports import Caretaker, Task
from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol.messages import CommandResult, Config, FaultReport, Finding, Operation, Problem, SelfTestReport

log = structlog.get_logger(__name__)

TEST_S = 10.0
"""Room for a test tone or a self-test."""
SPREAD_S = 1200
"""Neighbours hear each other: each box has a minute of its own after the hour."""
LATEST = timedelta(hours=2)
"""If the horn was needed for so long, the daily test is left for that day."""
AGAIN_S = 60.0
LONGEST_S = 120.0
"""A test that has not answered by then, a warm-up of half a minute included, is not waited for."""
_DAILY = "daily:"
_DONE = "self_test_day"


class HornTest:
    """Begins tests and judges what came of them. `answer` tells the technician who asked."""

    def __init__(
        self,
        *,
        store: Store,
        outbox: Outbox,
        director: Director,
        caretaker: Caretaker,
        time: Timekeeper,
        device: str,
        answer: Callable[[CommandResult], None],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._director = director
        self._caretaker = caretaker
        self._time = time
        self._spread = timedelta(seconds=int(hashlib.sha256(device.encode()).hexdigest(), 16) % SPREAD_S)
        self._answer = answer
        self._config: Config | None = None
        self._running: dict[str, tuple[str, int, float]] = {}
        self._mute = False
        """The sound device refused the test's own sound."""

    def configure(self, config: Config) -> None:
        """The hour of the daily test."""
        self._config = config

    def begin(self, command_id: str, op: Operation, args: dict[str, object]) -> str | None:
        """Begin a test now; why not, if it cannot be."""
        mono_s = self._time.mono_s()
        if not self._director.may_test(TEST_S):
            return Problem.QUIET_HOURS
        if any(mono_s < since + LONGEST_S for _, _, since in self._running.values()):
            return Problem.BUSY
        warm_in_s = self._director.reserve(TEST_S)
        if warm_in_s is None:
            return Problem.BUSY
        self._running = {command_id: (op, self._director.starts, mono_s)}
        self._mute = False
        self._caretaker.begin(Task(command_id, op, args, warm_in_s))
        return None

    def failed(self) -> None:
        """The test's sound cannot come out."""
        self._mute = True

    def took(self, result: CommandResult) -> bool:
        """Whether a task that has ended was a test; then it is judged, reported and answered."""
        running = self._running.pop(result.command_id, None)
        if running is None:
            return False
        op, starts, _ = running
        if self._director.starts != starts:
            result = CommandResult(command_id=result.command_id, ok=False, detail=Problem.DISTURBED)
        elif self._mute:
            result = CommandResult(command_id=result.command_id, ok=False, detail=Problem.NO_OUTPUT)
        if op == Operation.SELF_TEST:
            self._report(result)
        if not result.command_id.startswith(_DAILY):
            self._answer(result)
        return True

    def step(self) -> float | None:
        """The daily test when it is due; the monotonic instant at which to be called again."""
        config = self._config
        if config is None or config.self_test_at is None or not self._caretaker.hears or not self._time.trusted:
            return None
        zone = ZoneInfo(config.policy.timezone)
        now = self._time.now()
        today = now.astimezone(zone).date()
        due = self._due(today, zone)
        if self._store.fact(_DONE) == today.isoformat() or now > due + LATEST:
            due = self._due(today + timedelta(days=1), zone)
        if now < due:
            return self._time.mono_at(due.timestamp())
        if objection := self.begin(f"{_DAILY}{today}", Operation.SELF_TEST, {}):
            log.info("self-test waits", why=objection)
            return self._time.mono_s() + AGAIN_S
        self._store.set_fact(_DONE, today.isoformat())
        return self._time.mono_s() + AGAIN_S

    def _due(self, day: date, zone: ZoneInfo) -> datetime:
        assert self._config is not None
        assert self._config.self_test_at is not None
        return (datetime.combine(day, self._config.self_test_at, zone) + self._spread).astimezone(UTC)

    def _report(self, result: CommandResult) -> None:
        """What the ear found is told; a horn that is not good is a fault, and so is an ear that cannot listen."""
        with self._store.transaction():
            if result.detail.startswith(Problem.MICROPHONE):
                self._outbox.add("fault", FaultReport(kind="microphone", detail=result.detail), hurry=True)
            if result.detail not in set(Finding):
                return
            found = SelfTestReport.model_validate({"finding": result.detail, **result.data})
            self._outbox.add("self_test", found)
            if found.finding is not Finding.GOOD:
                detail = f"score {found.score}, level {found.level_db} dB, distortion {found.distortion}"
                self._outbox.add("fault", FaultReport(kind=f"horn_{found.finding}", detail=detail), hurry=True)
