"""Child processes of a demo or a test: started with a log file each, ended together, never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from server.broker import tether

_PATIENCE_S = 10.0


class ChildFailedError(Exception):
    """A part of the commune did not do what it should; the message says which, and names its log if it has one."""


class Children:
    """A context manager: whatever was started in it has ended when it is left. Thread-unsafe.

    A child also ends (SIGTERM from the kernel) when the thread that started it does, so that a killed demo leaves nothing behind.
    """

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Make room for logs."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ask every child to end, last started first; kill those that do not."""
        children = list(reversed(self._running.values()))
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in children:
            try:
                child.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def loa(
        self, name: str, arguments: Sequence[str], environment: dict[str, str] | None = None, *, niceness: int = 0
    ) -> None:
        """Start `loa ARGUMENTS…` under `name`, or start it again after it has ended; its log goes on in `{name}.log`.

        A negative `niceness` is a wish: only the administrator may give it.
        """
        lock = self._log_dir / f"{name}.lock"
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-I", tether.__file__, str(lock), sys.executable, "-m", "loa", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | (environment or {}),
            )
        if niceness:
            with contextlib.suppress(PermissionError, ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._running[name].pid, niceness)

    def log(self, name: str) -> Path:
        """Where that child's output goes."""
        return self._log_dir / f"{name}.log"

    def kill(self, name: str) -> None:
        """Kill −9, at once, as a power cut would."""
        child = self._running[name]
        child.send_signal(signal.SIGKILL)
        child.wait()

    def pid(self, name: str) -> int:
        """Its process id."""
        return self._running[name].pid

    def check(self) -> None:
        """Raise ChildFailedError if any child has ended."""
        for name, child in self._running.items():
            if child.poll() is not None:
                tail = "\n".join(self.log(name).read_text(errors="replace").splitlines()[-5:])
                raise ChildFailedError(f"{name} đã dừng (mã {child.returncode}); xem {self.log(name)}:\n{tail}")
