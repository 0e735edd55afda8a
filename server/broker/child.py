"""A child process under a thread of its own: started again when it dies, gone when we are gone."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

_TETHER = Path(__file__).with_name("tether.py")
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between restarts; the last one repeats."""
_STEADY_S = 30.0
"""A child that ran this long starts the row of pauses anew."""

log = structlog.get_logger(__name__)


class Child:
    """Runs one command for as long as we live.

    The kernel's parent-death signal is bound to the thread that started the child, so that thread must last: it also reads
    what the child prints and hands it on line by line.
    """

    def __init__(self, name: str, command: list[str], lock_file: Path, on_line: Callable[[str], None]) -> None:
        self._name = name
        self._command = [sys.executable, "-I", str(_TETHER), str(lock_file), *command]
        self._on_line = on_line
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, name=f"child-{name}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the process is there now."""
        process = self._process
        return process is not None and process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal if the process is there."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(number)

    def stop(self, timeout_s: float = 5.0) -> None:
        """End it politely, then not."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ended = f"status {self._live()}"
            except OSError as error:  # no memory or no process number left for it at the moment
                ended = str(error)
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > _STEADY_S else failures + 1
            pause_s = _PAUSES_S[min(failures, len(_PAUSES_S)) - 1] if failures else 0.0
            log.error("child process ended, starting it again", child=self._name, ended=ended, pause_s=pause_s)
            self._stopping.wait(pause_s)

    def _live(self) -> int:
        """One life of the process; its status."""
        with subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            self._process = process
            if self._stopping.is_set():
                process.terminate()
            assert process.stdout is not None
            for line in process.stdout:
                self._on_line(line.rstrip())
        return process.returncode
