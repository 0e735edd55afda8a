"""Waiting for what another thread or process does: for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LONGEST_S = 60.0
"""Nobody waits this long on a calm machine; a crowded one may need it."""


def wait_until(question: Callable[[], T], seconds: float = LONGEST_S) -> T:
    """The first true answer; fails loudly after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return answer
