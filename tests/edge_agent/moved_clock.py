"""Runs the real agent with clocks that a file moves: `moved_clock.py FILE arguments…`. Nobody vouches for the wall clock.

FILE holds two doubles: seconds by which the monotonic clock is ahead, and by which the wall clock is.
"""

import mmap
import struct
import sys
import time
from pathlib import Path

SIZE = 16


def move(path: Path, mono_s: float, wall_s: float) -> None:
    """Set both clocks ahead of the machine's."""
    path.touch()
    with path.open("r+b") as file:
        file.write(struct.pack("dd", mono_s, wall_s))


def main() -> int:
    with Path(sys.argv.pop(1)).open("rb") as file:
        ahead = mmap.mmap(file.fileno(), SIZE, prot=mmap.PROT_READ)
    monotonic, wall = time.monotonic, time.time
    time.monotonic = lambda: monotonic() + struct.unpack("dd", ahead[:SIZE])[0]
    time.time = lambda: wall() + struct.unpack("dd", ahead[:SIZE])[1]

    from edge_agent.__main__ import main as agent
    from edge_agent.runtime.clock import SystemClock

    SystemClock.source = lambda _self: None
    return agent()


if __name__ == "__main__":
    sys.exit(main())
