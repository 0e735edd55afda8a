"""The loop that drives the agent: one thread, everything else posts to it."""

import queue
import time
from collections.abc import Callable

import structlog

from edge_agent.agent import Agent

log = structlog.get_logger(__name__)

Act = Callable[[Agent], None]

LONGEST_SLEEP_S = 1.0
STEP_S = 0.02
"""A wall clock that moves this much against the monotonic one while the loop sleeps wakes the agent."""
CALM_S = 60.0
"""A start of the process takes some seconds on a small box."""
LONGEST_WAIT_S = 5400.0
AT_ONCE = 64
"""Acts handled between two steps."""


class Loop:
    """A mailbox and the thread that empties it."""

    def __init__(self) -> None:
        self._acts: queue.SimpleQueue[Act] = queue.SimpleQueue()
        self._running = True
        self._leave_mono_s: float | None = None

    def post(self, act: Act) -> None:
        """Have the agent's thread do something; from any thread."""
        self._acts.put(act)

    def fail(self, why: str) -> None:
        """End `run` with an error, for systemd to begin anew; from any thread."""

        def act(_agent: Agent) -> None:
            raise RuntimeError(why)

        self._acts.put(act)

    def stop(self) -> None:
        """End `run` soon; from any thread or a signal handler."""
        self._acts.put(self._halt)

    def stop_in_calm(self) -> None:
        """End `run` once nothing sounds or is about to, at the latest after an hour and a half; from any thread."""

        def act(_agent: Agent) -> None:
            self._leave_mono_s = time.monotonic() + LONGEST_WAIT_S

        self._acts.put(act)

    def run(self, agent: Agent, *, alive: Callable[[], None] = lambda: None) -> None:
        """Drive the agent until `stop`. `alive` is called about once a second: a watchdog's food."""
        agent.start()
        while self._running:
            wake_mono_s = agent.step()
            alive()
            if self._leave_mono_s is not None:
                if agent.director.free(CALM_S) or time.monotonic() > self._leave_mono_s:
                    break
                wake_mono_s = min(wake_mono_s, time.monotonic() + LONGEST_SLEEP_S)
            self._wait(agent, wake_mono_s, alive)
        agent.shut_down()

    def _wait(self, agent: Agent, wake_mono_s: float, alive: Callable[[], None]) -> None:
        """Sleep until something is posted, the time has come or the wall clock has stepped; then do what was posted."""
        offset_s = time.time() - time.monotonic()
        while self._running:
            left_s = wake_mono_s - time.monotonic()
            try:
                act = self._acts.get(timeout=min(max(left_s, 0.0), LONGEST_SLEEP_S))
            except queue.Empty:
                alive()
                stepped = abs(time.time() - time.monotonic() - offset_s) > STEP_S
                if stepped or wake_mono_s <= time.monotonic():
                    return
                continue
            act(agent)
            for _ in range(AT_ONCE):
                try:
                    act = self._acts.get_nowait()
                except queue.Empty:
                    return
                act(agent)
            return

    def _halt(self, _agent: Agent) -> None:
        self._running = False
