"""A station process over a folder that was filled before."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATION = "bench"
_START_S = 120.0


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Its address and process id; killed at the end. Its log lies in the folder. Raises RuntimeError when it does not start."""
    environment = {**os.environ, "LOA_STATION": STATION}
    command = [sys.executable, "-m", "loa", "serve", "--data", str(folder), "--port", "0"]
    with (
        (folder / "station.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            yield _address(process), process.pid
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + _START_S
    assert process.stdout is not None
    for line in process.stdout:
        if "http" in line:
            return line[line.index("http") :].strip()
        if time.monotonic() > deadline:
            break
    raise RuntimeError("the station did not start")
