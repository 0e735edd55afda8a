"""Who is the gateway: a row in the database that its holder renews and others take over when it has run out."""

import os
import socket
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlmodel import Session

from server.tables import Lease


class LeaseLostError(Exception):
    """Another process has become the gateway."""


GATEWAY = "gateway"
TERM = timedelta(seconds=10)
"""Not renewed for this long, the holder is taken for dead or frozen."""


@cache
def _here() -> str:
    """This machine since its boot, and this container: where a process number means something to us."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    namespace = Path("/proc/self/ns/pid")
    parts = (
        socket.gethostname(),
        boot.read_text().strip()[:8] if boot.exists() else "",
        str(namespace.readlink()) if namespace.is_symlink() else "",
    )
    return "/".join(parts)


def _birth(pid: int) -> str | None:
    """When the process with that number was started (kernel ticks), or None if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def holder_name() -> str:
    """A name for this process that no other process has, now or later."""
    return f"{_here()} {os.getpid()} {_birth(os.getpid())}"[-100:]


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this very machine that is gone: no need then to wait for its term's end."""
    place, _, rest = holder.rpartition(" ")
    place, _, pid = place.rpartition(" ")
    return place == _here() and pid.isdigit() and _birth(int(pid)) != rest


def hold(session: Session, holder: str, now: datetime) -> bool:
    """Take or renew the gateway's lease; whether `holder` has it. Only inside `Database.write()`.

    A term that ends later than it can is the trace of a clock that was put back: it counts as ended.
    """
    row = session.get(Lease, GATEWAY)
    if row is None:
        session.add(Lease(name=GATEWAY, holder=holder, until=now + TERM, term=1))
        return True
    if row.holder != holder:
        if now < row.until <= now + TERM * 2 and not _is_dead(row.holder):
            return False
        row.holder, row.term = holder, row.term + 1
    row.until = now + TERM
    session.add(row)
    return True


def holds(session: Session, holder: str) -> bool:
    """Whether it is still ours: asked inside every transaction that publishes, so a process that slept writes nothing."""
    row = session.get(Lease, GATEWAY)
    return row is not None and row.holder == holder


def require(session: Session, holder: str) -> None:
    """Raises LeaseLostError unless `holds`."""
    if not holds(session, holder):
        raise LeaseLostError


def release(session: Session, holder: str, now: datetime) -> None:
    """Give it back, so that another process need not wait."""
    row = session.get(Lease, GATEWAY)
    if row is not None and row.holder == holder:
        row.until = now
        session.add(row)
