"""The commune of the benchmark: a station, and two agents that each play into a horn of their own, with a tap before the broker."""

import contextlib
import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from edge_agent.identity import Identity
from loa.children import Children
from loa.client import Client, wait_for
from loa.stage import SPEAKERS, Stage, StageOptions
from loa.tap import Passed, Tap
from loa.two_cards.horns import SIDES
from server.settings import Settings

_ALERT = b"/alert"
"""The end of the topic that emergencies come on, in clear in an MQTT PUBLISH."""
_ONLINE_S = 60.0
_NICE = -5
"""What the systemd unit gives the agent."""


@dataclass
class Arrivals:
    """When messages on `alert` reached one agent, in monotonic seconds."""

    instants: list[float] = field(default_factory=list)

    def look(self, passed: Passed) -> None:
        """What a tap shows."""
        if not passed.up and _ALERT in passed.data:
            self.instants.append(passed.mono_s)

    def first_after(self, mono_s: float) -> float | None:
        """The first one since then."""
        return next((instant for instant in self.instants if instant >= mono_s), None)


class TwoBoxes:
    """Started by `start`; everything ends with the `children` and the stack that were given."""

    def __init__(self, folder: Path, children: Children, stack: contextlib.ExitStack, horns: dict[str, str]) -> None:
        self._stack = stack
        self._horns = horns
        self.stage = Stage(StageOptions(folder=folder, sink="card"), children)
        self.names = tuple(speaker for speaker, _ in SPEAKERS[: len(SIDES)])
        self.arrivals = tuple(Arrivals() for _ in SIDES)
        self.priority = 0
        """Niceness of the agents."""

    @property
    def settings(self) -> Settings:
        """Of the station."""
        return Settings(data_dir=self.stage.data)

    def start(self) -> None:
        """Station, people, boxes."""
        self.stage.start_station()
        self.stage.set_up()
        for name, arrivals in zip(self.names, self.arrivals, strict=True):
            self._tap(self.stage.box(name), arrivals)
        self.start_agents()

    def start_agents(self) -> None:
        """Start both, and wait until the station has heard them say so."""
        with self.stage.client("kythuat") as technician:
            before = self._births(technician)
            for name, side in zip(self.names, SIDES, strict=True):
                self.stage.start_speaker(name, {**self._horns, "PULSE_SINK": side})
                self.priority = _prefer(self.stage.children.pid(name))
            wait_for(
                lambda: self._reborn(technician, before),
                seconds=_ONLINE_S,
                what="loa không kết nối (speakers stay away)",
            )

    def kill_agents(self) -> None:
        """Both at once, as a power cut would."""
        for name in self.names:
            self.stage.children.kill(name)

    def mono_of(self, instant: str) -> float:
        """Monotonic seconds of a wall-clock instant in ISO 8601, by the clocks as they are now."""
        return datetime.fromisoformat(instant).timestamp() - time.time() + time.monotonic()

    def _tap(self, box: Path, arrivals: Arrivals) -> None:
        identity = Identity.load(box)
        broker = identity.answer.broker
        tap = self._stack.enter_context(Tap(broker.host, broker.port, arrivals.look))
        through = broker.model_copy(update={"host": "127.0.0.1", "port": tap.port})
        answer = identity.answer.model_copy(update={"broker": through})
        identity.model_copy(update={"answer": answer}).save(box)

    def _births(self, technician: Client) -> dict[str, str | None]:
        return {
            row["id"]: row["presence_at"] for row in technician.get("/speakers")["items"] if row["id"] in self.names
        }

    def _reborn(self, technician: Client, before: dict[str, str | None]) -> bool | None:
        self.stage.children.check()
        rows = {row["id"]: row for row in technician.get("/speakers")["items"]}
        return all(rows[name]["online"] and rows[name]["presence_at"] != before[name] for name in self.names) or None


def _prefer(pid: int) -> int:
    """Let the process go before its neighbours here, as its unit does on a pole, where we may; its niceness now.

    Threads to come inherit it. Relative to this process: `nice -n -12 loa bench play` measures on a machine that others load.
    """
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, max(-20, os.getpriority(os.PRIO_PROCESS, 0) + _NICE))
    return os.getpriority(os.PRIO_PROCESS, pid)
