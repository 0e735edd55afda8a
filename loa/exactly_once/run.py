"""One run: the world is made, processes are started and killed at random, and at the end the journal is judged."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from loa.exactly_once.count import judge
from loa.exactly_once.postgresql import cluster
from loa.exactly_once.world import World
from server.broker import open_broker
from server.settings import Settings
from server.tables.columns import now

_LEAD_S = 30.0
"""A broadcast is planned this long before its time."""
_MAX_START_DELAY_S = 60.0
_PAUSE_S = 0.5
"""A killed process is started again after this."""
_SETTLE_S = 90.0


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    database: str = "postgresql"
    stations: int = 3
    devices: int = 30
    occurrences: int = 500
    minutes: float = 4.0
    kills: int = 60
    seed: int = 1


class Stations:
    """The station processes: killed at any moment, started again."""

    def __init__(self, count: int, command: list[str], log_dir: Path) -> None:
        self._command = command
        self._logs = [(log_dir / f"station-{number}.log").open("ab") for number in range(count)]
        self._processes = [self._spawn(number) for number in range(count)]
        self._down: dict[int, float] = {}

    def _spawn(self, number: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=self._logs[number], stderr=subprocess.STDOUT)

    def kill_one(self, chance: random.Random) -> bool:
        """Kill -9 of one that runs; whether there was one."""
        up = [number for number in range(len(self._processes)) if number not in self._down]
        if not up:
            return False
        number = chance.choice(up)
        self._processes[number].kill()
        self._processes[number].wait()
        self._down[number] = time.monotonic()
        return True

    def revive(self) -> None:
        """Start what was killed a moment ago, or fell over by itself."""
        for number, process in enumerate(self._processes):
            if number not in self._down and process.poll() is not None:
                self._down[number] = time.monotonic()
            if number in self._down and time.monotonic() - self._down[number] > _PAUSE_S:
                del self._down[number]
                self._processes[number] = self._spawn(number)

    def end(self) -> None:
        """All of them, for good."""
        for process in self._processes:
            process.kill()
            process.wait()
        for log in self._logs:
            log.close()


def run(scale: Scale, *, keep: Path | None = None) -> dict[str, Any]:
    """The report of one run. `keep`: a folder for what is left to look at afterwards."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="loa-bench-", ignore_cleanup_errors=True))
        )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        shared = scale.database == "postgresql"
        url = stack.enter_context(cluster(folder / "postgresql")) if shared else ""
        settings = Settings(data_dir=folder / "station", station="bench", database_url=url, broker_choice="mosquitto")
        world = World(settings)
        world.found(scale.devices)
        broker = open_broker(settings)
        broker.admit(world.accounts())
        world.write_fleet(folder / "fleet.json", broker.address)
        if shared:  # several stations share one broker that none of them owns
            broker.start()
            stack.callback(broker.stop)
        address = broker.address
        broker_url = f"mqtt://{address.username}:{address.password}@{address.host}:{address.port}" if shared else ""
        command = [sys.executable, "-m", "loa.exactly_once.station_process", str(settings.data_dir), url, broker_url]
        stations = Stations(scale.stations, command, folder)
        stack.callback(stations.end)
        journal = folder / "journal.jsonl"
        journal.touch()
        stack.enter_context(_fleet(folder, journal))
        planned, kills = _storm(scale, world, stations, settings)
        untrue = _settle(world, stations)
        verdict = judge(planned, journal)
        ok = verdict.lost == verdict.duplicates_heard == verdict.unplanned == 0 and not untrue
        return {
            "ok": ok and kills.total() >= scale.kills,
            "database": scale.database,
            "stations": scale.stations,
            "devices": scale.devices,
            "occurrences": scale.occurrences,
            "kills": kills.total(),
            "kills_of": dict(kills),
            **asdict(verdict),
            "station_disagrees": untrue,
            "seconds": round(time.monotonic() - began, 1),
        }


@contextmanager
def _fleet(folder: Path, journal: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "loa.exactly_once.fleet", str(folder / "fleet.json"), str(journal)]
    with (
        (folder / "fleet.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError(f"the devices did not start, see {log.name}")
            yield
        finally:
            process.kill()


def _storm(
    scale: Scale, world: World, stations: Stations, settings: Settings
) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Plan broadcasts all along, and kill all along."""
    chance = random.Random(scale.seed)  # noqa: S311  repeatable, not secret
    seconds = scale.minutes * 60
    kill_times = sorted(chance.uniform(3, seconds + _LEAD_S) for _ in range(scale.kills))
    planned: list[tuple[str, str]] = []
    kills: Counter[str] = Counter()
    began, number = time.monotonic(), 0
    while number < scale.occurrences or kill_times:
        elapsed = time.monotonic() - began
        stations.revive()
        if number < scale.occurrences and elapsed >= number * seconds / scale.occurrences:
            due_at = now() + timedelta(seconds=_LEAD_S)
            planned += world.schedule(number, due_at, _MAX_START_DELAY_S)
            number += 1
        elif kill_times and elapsed >= kill_times[0]:
            victim = "broker" if chance.random() < 0.25 else "station"
            done = _kill_broker(settings) if victim == "broker" else stations.kill_one(chance)
            if done:
                kills[victim] += 1
                kill_times.pop(0)
            else:
                time.sleep(0.05)
        else:
            time.sleep(0.02)
    return planned, kills


def _settle(world: World, stations: Stations) -> dict[str, int]:
    """Let everything come to rest; what the station still does not believe to have been played."""
    deadline = time.monotonic() + _LEAD_S + _MAX_START_DELAY_S + _SETTLE_S
    while time.monotonic() < deadline:
        stations.revive()
        time.sleep(1)
        if not (left := world.not_played()):
            return {}
    return left


def _kill_broker(settings: Settings) -> bool:
    wanted = str(settings.broker_dir / "mosquitto.conf")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if wanted in command and "mosquitto" in command[0]:
            os.kill(int(process.name), signal.SIGKILL)
            return True
    return False
