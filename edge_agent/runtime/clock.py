"""The machine's clocks, and what vouches for the wall clock."""

import ctypes
import os
import time
from pathlib import Path

from edge_agent.ports import ClockSource

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_ASK_AGAIN_S = 5.0
_RTC = Path("/sys/class/rtc")


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), with room for what newer kernels append."""

    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_byte * 512))


class SystemClock:
    """CLOCK_REALTIME and CLOCK_MONOTONIC; NTP as the kernel reports it, a real-time clock as the technician declares it."""

    def __init__(self, *, trust_rtc: bool = False) -> None:
        self._trust_rtc = trust_rtc
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._source: ClockSource | None = None
        self._asked_s = -_ASK_AGAIN_S

    def wall_s(self) -> float:
        """Unix time."""
        return time.time()

    def mono_s(self) -> float:
        """Seconds since boot, suspended time left out."""
        return time.monotonic()

    def source(self) -> ClockSource | None:
        """Asked of the kernel every few seconds."""
        mono_s = self.mono_s()
        if mono_s - self._asked_s >= _ASK_AGAIN_S:
            self._asked_s = mono_s
            self._source = self._ask()
        return self._source

    def _ask(self) -> ClockSource | None:
        if 0 <= self._libc.adjtimex(ctypes.byref(_Timex())) < _TIME_ERROR:
            return ClockSource.NTP
        if self._trust_rtc and rtc_present():
            return ClockSource.RTC
        return None


def rtc_present() -> bool:
    """Whether the kernel set the clock at boot from a real-time clock."""
    return any(
        (found / "hctosys").exists() and (found / "hctosys").read_text().strip() == "1" for found in _RTC.glob("rtc*")
    )


def boot_id() -> str:
    """The kernel's id of this boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"pid-{os.getpid()}"
