"""A whole run: a station, its boxes, a hostile world for some hours, healing, and the history of it all."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from loa.chaos import history as h
from loa.chaos.box import BOOT_S, Box
from loa.chaos.broker import Broker
from loa.chaos.checker import judge
from loa.chaos.forger import Forger
from loa.chaos.kernel import Kernel
from loa.chaos.programme import Archive, Programme
from loa.chaos.speaker import LOAD_S, RELEASE_S, WARM_UP_S
from loa.chaos.station import Station
from loa.chaos.verdict import Report
from loa.chaos.weather import Weather

START_S = 1_772_384_400.0
"""2 March 2026, 00:00 in Việt Nam: a Monday."""
MORNING_S = 6 * 3600.0
"""A world that lasts less than a day begins so much later: at night nearly everything is forbidden."""
HEALING_S = 3 * 3600.0
FORGERIES_A_DAY = 8.0
HISTORY = "history.jsonl"
REPORT = "report.json"
MEMORY = Path("/dev/shm")  # noqa: S108  a disk of memory: the agent's real fsync costs nothing there


def run(
    seed: int, devices: int, hours: float, out: Path, progress: Callable[[float], None] = lambda _share: None
) -> Report:
    """Simulate, write the history and the report into `out`, and judge. `progress` is called with the share done, 0 to 1.

    The same arguments give the same files, byte for byte.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / HISTORY).open("w", encoding="utf-8") as file:
        history = h.History(file)
        simulate(seed, devices, hours, history, progress)
    report = judge(history.records)
    (out / REPORT).write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return report


def simulate(
    seed: int, devices: int, hours: float, history: h.History, progress: Callable[[float], None] = lambda _share: None
) -> None:
    """Let the world run and write it down."""
    folder = Path(tempfile.mkdtemp(prefix="loa-chaos-", dir=MEMORY if MEMORY.is_dir() else None))
    logs = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        _simulate(seed, devices, hours, history, folder, progress)
    finally:
        structlog.configure(**logs)
        shutil.rmtree(folder)


def _simulate(
    seed: int, devices: int, hours: float, history: h.History, folder: Path, progress: Callable[[float], None]
) -> None:
    start = START_S if hours >= 24 else START_S + MORNING_S
    kernel = Kernel(seed, start)
    healed = start + hours * 3600
    end = healed + HEALING_S
    names = tuple(f"loa-{number + 1:02d}" for number in range(devices))
    history.add(
        h.Opening(
            t=start,
            seed=seed,
            devices=names,
            healed_s=healed,
            end_s=end,
            warm_up_s=WARM_UP_S,
            release_s=RELEASE_S,
            load_s=LOAD_S,
            boot_s=BOOT_S,
        )
    )
    station = Station(kernel, history.add)
    broker = Broker(kernel, station.receive)
    station.broker = broker
    archive = Archive(station, kernel.random("archive"))
    kinds = kernel.random("boxes")
    boxes = [
        Box(
            kernel,
            name,
            folder=folder / name,
            station=station,
            broker=broker,
            rtc=kinds.random() < 0.5,
            length_ms=archive.length_ms,
            record=history.add,
        )
        for name in names
    ]
    try:
        for box in boxes:
            station.configure(box.device)
            box.power(on=True)
        programme = Programme(kernel, station=station, boxes=boxes, archive=archive, record=history.add, until=healed)
        programme.plan()
        programme.trouble_makers()
        forger = Forger(kernel, station=station, broker=broker, boxes=boxes, archive=archive, record=history.add)
        forger.begin(FORGERIES_A_DAY, healed)
        weather = Weather(kernel, boxes=boxes, broker=broker, station=station, planned=programme.planned, until=healed)
        weather.begin()
        for box in boxes:
            kernel.at(healed + 5.0, partial(station.configure, box.device))
        for part in range(1, 101):
            kernel.run(start + (end - start) * part / 100)
            progress(part / 100)
        for box in boxes:
            box.finish()
        station.finish()
    finally:
        for box in boxes:
            box.close()
