"""A helper process of our own, asked and answered over a pipe; it can crash or hang without hurting the station.

A plain process rather than multiprocessing: a spawned pool would import the station's main module in every
worker. The child's side is `serve`.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_FD_ARGUMENT = "--channel-fds"
_START = "from {module} import main; main()"
"""Not `-m module`: then its classes would be another `__main__`'s, and could not be sent."""


class ChildDiedError(Exception):
    """The process is gone: crashed, killed, or out of memory. Another one may be started."""


class ChildHungError(Exception):
    """No answer within the limit; the process has been killed."""


class Child:
    """One running process of `module`'s `main`. Used by one thread at a time; `kill` may come from any."""

    def __init__(self, module: str, *arguments: str, nice: int = 0) -> None:
        there_read, here_write = os.pipe()
        here_read, there_write = os.pipe()
        command = [
            sys.executable,
            "-c",
            _START.format(module=module),
            _FD_ARGUMENT,
            f"{there_read},{there_write}",
            str(nice),
            *arguments,
        ]
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=(there_read, there_write),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
                start_new_session=True,  # a Ctrl-C at the terminal is for us to hand on
            )
        finally:
            os.close(there_read)
            os.close(there_write)
        self._out = Connection(here_write, readable=False)
        self._in = Connection(here_read, writable=False)
        self._hung = False

    @property
    def pid(self) -> int:
        """The process's id, for measurements and tests."""
        return self._process.pid

    def ask(self, question: object, limit_s: float) -> Any:
        """The child's answer. Raises `ChildDiedError` or `ChildHungError`, and then the child is gone."""
        watch = threading.Timer(limit_s, self._give_up)  # sending waits too, when the child does not read
        watch.daemon = True
        watch.start()
        try:
            self._out.send(question)
            return self._in.recv()
        except (EOFError, OSError) as error:
            self.kill()
            if self._hung:
                raise ChildHungError(f"no answer within {limit_s:.0f} s") from error
            raise ChildDiedError(f"exit status {self._process.returncode}") from error
        finally:
            watch.cancel()

    def _give_up(self) -> None:
        self._hung = True
        self._process.kill()

    def kill(self) -> None:
        """End the process at once. Does nothing when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and give back its pipes."""
        self.kill()
        self._out.close()
        self._in.close()


def serve(answer: Callable[[Any], object]) -> None:
    """Be the child: answer questions until the parent is gone. Called from the module's `main`."""
    at = sys.argv.index(_FD_ARGUMENT)
    read_fd, write_fd = (int(part) for part in sys.argv[at + 1].split(","))
    if nice := int(sys.argv[at + 2]):
        os.nice(nice)
    questions, answers = Connection(read_fd, writable=False), Connection(write_fd, readable=False)
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            answers.send(answer(questions.recv()))


def arguments() -> list[str]:
    """What the parent passed after the module's name."""
    return sys.argv[sys.argv.index(_FD_ARGUMENT) + 3 :]
