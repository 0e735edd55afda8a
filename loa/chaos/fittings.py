"""What hangs on a simulated box besides its horn: a mixer that obeys, and somebody who does what he is told."""

from collections.abc import Callable

from edge_agent.agent import Agent
from edge_agent.ports import Measurements, Task
from loa.chaos.disk import Shelf
from protocol.messages import CommandResult

Later = Callable[[Callable[[Agent], None]], None]
"""Have the agent told something a moment later, if it lives then."""


class Mixer:
    """The agent's Volume port."""

    there = True

    def __init__(self, later: Later) -> None:
        self._later = later
        self._percent = 80

    def set_percent(self, percent: int) -> None:
        """At once."""
        self._percent = percent
        self._later(lambda agent: agent.mixer_said(percent, percent))

    def percent(self) -> int | None:
        """As set."""
        return self._percent


class Body:
    """The agent's Health port: nothing is measured."""

    def measure(self) -> Measurements:
        """Nothing."""
        return Measurements()


class Caretaker:
    """The agent's Caretaker port."""

    hears = False

    def __init__(self, later: Later) -> None:
        self._later = later

    def begin(self, task: Task) -> None:
        """Done."""
        self._later(lambda agent: agent.task_done(CommandResult(command_id=task.command_id, ok=True)))


class Inspector:
    """The agent's Inspector port: reads what really lies on the shelf."""

    def __init__(self, shelf: Shelf, later: Later) -> None:
        self._shelf = shelf
        self._later = later

    def inspect(self, sha256: str) -> None:
        """A moment later."""
        good = self._shelf.has(sha256) and self._shelf.actual(sha256) == sha256
        self._later(lambda agent: agent.inspected(sha256, good=good))
