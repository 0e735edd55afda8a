"""What a box has or has not: the parts that are not there answer honestly that they are not."""

import os
import re
import subprocess
import threading
import time
from pathlib import Path

from edge_agent.ports import Measurements

_THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
_UNDER_VOLTAGE_NOW, _CAPPED_NOW, _THROTTLED_NOW, _SOFT_LIMIT_NOW = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_SLOW_EVERY_S = 240.0


class NoAmplifier:
    """The amplifier is always on, or switched by somebody else."""

    warm_up_s = 0.0
    release_s = 0.0
    on: bool | None = None

    def switch(self, *, on: bool) -> None:
        """There is no relay."""


class NoVolume:
    """There is no mixer."""

    there = False

    def set_percent(self, percent: int) -> None:
        """Nothing to set."""

    def percent(self) -> int | None:
        """Unknown."""
        return None


class BoxHealth:
    """Measured from the kernel's files, and, where it must ask other programs, in a thread now and then; None is not measured."""

    def __init__(self, state: Path, sound_device: str | None) -> None:
        self._state = state
        self._sound_device = sound_device
        self._signal_dbm: int | None = None
        self._clock_offset_ms: float | None = None
        threading.Thread(target=self._run, name="health", daemon=True).start()

    def measure(self) -> Measurements:
        """Cheap reads only."""
        found = os.statvfs(self._state)
        flags = _throttled()
        return Measurements(
            temperature_c=_temperature_c(),
            disk_free_mb=found.f_bavail * found.f_frsize // 2**20,
            memory_free_mb=_memory_free_mb(),
            signal_dbm=self._signal_dbm if self._signal_dbm is not None else wireless_dbm(_read("/proc/net/wireless")),
            under_voltage=None if flags is None else bool(flags & _UNDER_VOLTAGE_NOW),
            throttled=None if flags is None else bool(flags & (_CAPPED_NOW | _THROTTLED_NOW | _SOFT_LIMIT_NOW)),
            sound_device=self._sound_device,
            clock_offset_ms=self._clock_offset_ms,
        )

    def _run(self) -> None:
        while True:
            self._signal_dbm = modem_dbm(_ask("mmcli", "-m", "any", "--signal-get"))
            self._clock_offset_ms = chrony_offset_ms(_ask("chronyc", "-c", "tracking"))
            time.sleep(_SLOW_EVERY_S)


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _temperature_c() -> float | None:
    text = _read("/sys/class/thermal/thermal_zone0/temp").strip()
    return int(text) / 1000 if text.lstrip("-").isdigit() else None


def _throttled() -> int | None:
    """The Raspberry Pi firmware's word on power and heat."""
    try:
        return int(_read(_THROTTLED).strip(), 16)
    except ValueError:
        return None


def _memory_free_mb() -> int | None:
    lines = _read("/proc/meminfo").splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)


def wireless_dbm(table: str) -> int | None:
    """Wi-Fi level from /proc/net/wireless."""
    found = re.search(r"^\s*\w+:\s+\d+\s+[-\d.]+\s+(-\d+)\.?\s", table, re.MULTILINE)
    return int(found.group(1)) if found else None


def modem_dbm(answer: str) -> int | None:
    """Mobile signal from `mmcli --signal-get`: the received power of LTE or 5G, else the signal strength."""
    for name in ("rsrp", "rssi"):
        found = re.search(rf"{name}:\s*(-\d+)(?:\.\d+)?\s*dBm", answer, re.IGNORECASE)
        if found:
            return int(found.group(1))
    return None


def chrony_offset_ms(answer: str) -> float | None:
    """How far the system clock is off, from `chronyc -c tracking`; positive is fast."""
    fields = answer.strip().split(",")
    try:
        return round(float(fields[4]) * 1000, 3) if len(fields) > 4 else None
    except ValueError:
        return None
