"""The agent's own folder: one process at a time, and a damaged database is set aside, not fatal."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import structlog

from edge_agent.errors import PermanentError, TransientError
from edge_agent.identity import IDENTITY_FILE, KEY_FILE, sync_folder, write_private
from edge_agent.library import FolderLibrary
from edge_agent.soundness import examine
from edge_agent.store import Store

log = structlog.get_logger(__name__)

DATABASE = "agent.db"
BALLAST = "ballast"
BALLAST_BYTES = 8 * 2**20
KEEP_BAD = 3
LEAVING = "decommissioned"
"""There while a wipe that was promised is not finished."""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_UNREADABLE = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ})
"""A card gives its bytes no more."""
StoreT = TypeVar("StoreT", bound=Store)


@dataclass
class Folder:
    """What the folder holds, opened. `reborn`: the memory was lost and begins anew."""

    path: Path
    store: Store
    library: FolderLibrary
    reborn: bool
    lock: IO[str]

    def close(self) -> None:
        """Release the database and the folder."""
        self.store.close()
        self.lock.close()


def open_folder(path: Path, *, at_least: tuple[str, int] | None = None) -> Folder:
    """Open the state folder for this process alone; raises PermanentError if another agent has it, TransientError if it cannot be
    written now. `at_least`: epoch and event that the database held for certain: one that holds less is damaged, however sound.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (path / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        message = f"Một tiến trình khác đang dùng {path}. Hãy dừng nó trước (systemctl stop loa-agent)."
        raise PermanentError(message) from error
    ballast(path)
    try:
        store, reborn = open_store(path / DATABASE, Store)
        if not reborn and at_least is not None and _holds_less(store, *at_least):
            log.error("database has gone back to an earlier state, set aside", path=str(path), held=at_least)
            store.close()
            set_aside(path / DATABASE)
            store, reborn = Store(path / DATABASE), True
    except sqlite3.OperationalError as error:
        lock.close()
        message = (
            f"Không mở được bộ nhớ {path / DATABASE} ({error}). Hãy xem thẻ nhớ còn chỗ và ghi được không: df -h {path}"
        )
        raise TransientError(message) from error
    return Folder(path=path, store=store, library=FolderLibrary(path / "audio"), reborn=reborn, lock=lock)


def ballast(path: Path) -> None:
    """Hold a little room back while there is plenty, and give it up when there is none: a full disk must not silence the box.

    A commit that finds the disk full ends the process; the next life finds this room, and makes more by eviction.
    """
    held = path / BALLAST
    found = os.statvfs(path)
    free = found.f_bavail * found.f_frsize
    if free < BALLAST_BYTES and held.exists():
        log.error("disk full, ballast given up", free_bytes=free)
        held.unlink()
    elif free > 20 * BALLAST_BYTES and not held.exists():
        with held.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)


def open_store(database: Path, make: Callable[[Path], StoreT]) -> tuple[StoreT, bool]:
    """The database as `make` opens it, and whether a damaged one had to be set aside for a new one.

    Raises sqlite3.OperationalError where it may be whole, and cannot be had now: no room, locked, read-only.
    """
    try:
        return _examined(database, make), False
    except sqlite3.DatabaseError as error:
        if not _damaged(error):
            raise
        log.exception("database damaged, set aside", path=str(database), error=str(error))
    set_aside(database)
    return make(database), True


def _holds_less(store: Store, epoch: str, seq: int) -> bool:
    """SQLite takes the journal up to its first bad frame: what was written after that is gone without a word."""
    last = store.event_range()
    return store.fact("epoch") != epoch or max(last[1] if last else 0, int(store.fact("seq") or 0)) < seq


def _examined(database: Path, make: Callable[[Path], StoreT]) -> StoreT:
    store = make(database)
    try:
        examine(store)
    except sqlite3.Error:
        store.close()
        raise
    return store


def _damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is what is wrong. A memory that was set aside because the disk was full would be lost for nothing."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _DAMAGE or code in _UNREADABLE


def set_aside(database: Path) -> None:
    """Move a damaged database out of the way, with its journal; the oldest of several goes."""
    names = (found.name for found in database.parent.glob(f"{database.name}.bad-*"))
    old = sorted(int(number) for name in names if (number := name.rpartition("-")[2]).isdigit())
    for oldest in old[: max(0, len(old) - KEEP_BAD + 1)]:
        database.with_name(f"{database.name}.bad-{oldest}").unlink()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    database.rename(database.with_name(f"{database.name}.bad-{1 + max(old, default=0)}"))
    sync_folder(database.parent)


def ram_folder(state: Path) -> Path:
    """Where decoded samples and notes of progress go: a RAM disk spares the SD card."""
    shared = Path("/dev/shm")  # noqa: S108  private below: a folder of our own, 0700
    name = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]
    usable = shared.is_dir() and os.access(shared, os.W_OK)
    folder = shared / f"loa-agent-{name}" if usable else state / "decoded"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def promise_wipe(path: Path) -> None:
    """From here on the box is no speaker any more: whatever happens, `finish_wipe` wipes it. On disk when this returns."""
    write_private(path / LEAVING, b"")


def finish_wipe(path: Path) -> None:
    """Wipe the box if that was promised in a life that the power ended too soon."""
    if (path / LEAVING).exists():
        log.warning("decommissioned, wiping what is left", path=str(path))
        wipe(path)


def wipe(path: Path) -> None:
    """Decommission: keys, identity, memory and audio are gone when this returns; what the technician wrote stays.

    Safe to begin again anywhere: the identity's name, without which the unit does not start us, and the promise go last.
    """
    for name in (KEY_FILE, IDENTITY_FILE):
        _overwrite(path / name)
    shutil.rmtree(ram_folder(path), ignore_errors=True)
    for folder in ("audio", "sound", "decoded"):
        shutil.rmtree(path / folder, ignore_errors=True)
    for bad in path.glob(f"{DATABASE}.bad-*"):
        bad.unlink()
    for name in (f"{DATABASE}-wal", f"{DATABASE}-shm", DATABASE, BALLAST, KEY_FILE, IDENTITY_FILE):
        (path / name).unlink(missing_ok=True)
    sync_folder(path)
    (path / LEAVING).unlink(missing_ok=True)
    sync_folder(path)


def _overwrite(path: Path) -> None:
    """A card keeps deleted bytes for long; this is as much as software can do about it."""
    if path.exists():
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
