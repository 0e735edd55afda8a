"""A port that stays the same: devices learn it once, when they are enrolled."""

import socket
import time
from pathlib import Path

_RANGE = range(18830, 18930)
"""Below the kernel's range for outgoing connections, which could take our port while we are down."""


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
    for port in _RANGE:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
