"""What a box has or has not: the parts that are not there answer honestly that they are not."""

import os
from pathlib import Path

from edge_agent.ports import Measurements


class NoAmplifier:
    """The amplifier is always on, or switched by somebody else."""

    warm_up_s = 0.0
    release_s = 0.0
    on: bool | None = None

    def switch(self, *, on: bool) -> None:
        """There is no relay."""


class NoVolume:
    """There is no mixer."""

    def set_percent(self, percent: int) -> None:
        """Nothing to set."""

    def percent(self) -> int | None:
        """Unknown."""
        return None


class BoxHealth:
    """Measured from the kernel's files; what is not there is None."""

    def __init__(self, state: Path, sound_device: str | None) -> None:
        self._state = state
        self._sound_device = sound_device

    def measure(self) -> Measurements:
        """Cheap reads only."""
        found = os.statvfs(self._state)
        return Measurements(
            temperature_c=_temperature_c(),
            disk_free_mb=found.f_bavail * found.f_frsize // 2**20,
            memory_free_mb=_memory_free_mb(),
            sound_device=self._sound_device,
        )


def _temperature_c() -> float | None:
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None


def _memory_free_mb() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)
