"""A port that stays the same: devices learn it once, when they are enrolled."""

import secrets
import socket
import time
from pathlib import Path

_RANGE = range(18830, 31000)
"""Below the kernel's range for outgoing connections, which could take our port while we are down."""
_ATTEMPTS = 50


def keep_port(file: Path, host: str) -> int:
    """The port of last time, or a free one, written down for next time."""
    if file.exists():
        return int(file.read_text())
    port = _free_port(host)
    file.write_text(str(port))
    return port


def wait_open(host: str, port: int, timeout_s: float) -> bool:
    """Wait until something accepts connections there."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=0.5):
                return True
        except OSError:
            time.sleep(0.02)
    return False


def _free_port(host: str) -> int:
    """By chance, so that two stations begun at once on one machine do not both want the same."""
    for _ in range(_ATTEMPTS):
        port = _RANGE[secrets.randbelow(len(_RANGE))]
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
