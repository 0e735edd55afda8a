"""Telling systemd that the agent lives: READY once, WATCHDOG as long as its loop turns."""

import contextlib
import os
import socket
import time

_EVERY_S = 5.0


def supervised() -> bool:
    """Whether systemd started us and waits for a word: it starts us again, too."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


class Watchdog:
    """Does nothing where systemd did not ask for it."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._told_s = -_EVERY_S
        self._ready = False

    def alive(self) -> None:
        """Called whenever the loop turns."""
        now_s = time.monotonic()
        if not self._address or now_s - self._told_s < _EVERY_S:
            return
        self._told_s = now_s
        words = b"WATCHDOG=1" if self._ready else b"READY=1\nWATCHDOG=1"
        self._ready = True
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # systemd may be restarting itself: a word that is lost is no reason to break off what sounds.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(words, address)
