"""A device's disk: the agent's real database and audio folder in a real directory, and what a power cut does to them."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from edge_agent.folder import DATABASE
from edge_agent.library import FolderLibrary
from edge_agent.store import Store
from loa.chaos.history import Happening
from protocol.messages import Event

SECTOR = 512
FULL_SYNC = 2


class PowerCutError(BaseException):
    """The power goes in the middle of a write. No agent code may catch it."""


class TearingStore(Store):
    """The agent's own store; knows what each commit has written, and can lose the power in one."""

    def __init__(self, path: Path, recorded: Callable[[Happening], None]) -> None:
        super().__init__(path)
        self._path = path
        self._recorded = recorded
        self._pending: list[tuple[int, str]] = []
        self._before: tuple[bytes, bytes] | None = None
        self.doomed = False
        """The next commit loses the power."""
        self._synced = self._db.execute("PRAGMA synchronous").fetchone()[0] >= FULL_SYNC

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As the store's own; afterwards what it recorded is on disk."""
        outer = self._depth == 0
        if outer and self.doomed:
            self._before = (self._path.read_bytes(), _bytes(_wal(self._path)))
        mark = len(self._pending)
        try:
            with super().transaction():
                yield
        except BaseException:
            if outer:  # rolled back
                del self._pending[mark:]
            raise
        if outer:
            self._committed()

    def tidy(self) -> None:
        """As the store's own; the power may fail in it."""
        if self.doomed:
            self._before = (self._path.read_bytes(), _bytes(_wal(self._path)))
        super().tidy()
        if self._before is not None:
            raise PowerCutError

    def add_event(self, seq: int, event: str) -> None:
        """Append to the outbox."""
        super().add_event(seq, event)
        self._pending.append((seq, event))
        if self._depth == 0:
            self._committed()

    def _committed(self) -> None:
        if self._before is not None:
            raise PowerCutError
        pending, self._pending = self._pending, []
        for seq, text in pending:
            self._recorded(happening(self.fact("epoch") or "", seq, text))

    def die(self, random: Random, *, crash: bool) -> list[tuple[int, str]]:
        """The power is gone, or (`crash`) only the process: then all that was written stays.

        Leaves on disk what that may leave; returns events that may or may not have survived.
        """
        wal = _wal(self._path)
        database, journal = self._path.read_bytes(), _bytes(wal)
        doubtful, self._pending = self._pending, []
        self.close()  # writes the journal back: undone below
        if crash:
            pass
        elif not self._synced:
            journal = _torn(b"", journal, random)
        elif self._before is not None:
            old_database, old_journal = self._before
            if old_database == database:
                journal = _torn(old_journal, journal, random)
            else:  # a checkpoint was being written: the journal still has it all
                database = _torn(old_database, database, random)
        self._path.write_bytes(database)
        wal.write_bytes(journal)
        self._path.with_name(self._path.name + "-shm").unlink(missing_ok=True)
        return doubtful


def happening(epoch: str, seq: int, text: str) -> Happening:
    """An event's text as the history has it."""
    event = Event.model_validate_json(text)
    return Happening(
        epoch=epoch, seq=seq, at_s=event.at.timestamp(), clock=event.clock, type=event.type, data=event.data
    )


def damage(folder: Path, random: Random) -> None:
    """Flash cells die: a part of the database is gone for good."""
    database = folder / DATABASE
    data = bytearray(database.read_bytes())
    pages = max(1, len(data) // 4096)
    for _ in range(random.randint(1, 3)):
        start = random.randrange(pages) * 4096
        data[start : start + 4096] = random.randbytes(len(data[start : start + 4096]))
    if random.random() < 0.5:
        data[:100] = bytes(100)
    database.write_bytes(bytes(data))
    wal = _wal(database)
    if wal.exists() and random.random() < 0.5:
        wal.write_bytes(random.randbytes(min(4096, wal.stat().st_size)))


class Shelf(FolderLibrary):
    """The agent's own audio folder, on a disk that may be full."""

    def __init__(self, folder: Path, discarded: Callable[[str], None]) -> None:
        super().__init__(folder)
        self._quota: int | None = None
        self._discarded = discarded

    def discard(self, sha256: str) -> None:
        """Forget it, and say so."""
        here = self.has(sha256)
        super().discard(sha256)
        if here:
            self._discarded(sha256)

    def free_bytes(self) -> int | None:
        """Room left."""
        return 1 << 30 if self._quota is None else max(0, self._quota - sum(self.files().values()))

    def fill(self, *, full: bool) -> None:
        """From now on there is hardly more room than is taken, or plenty."""
        self._quota = sum(self.files().values()) + 2000 if full else None

    def holds(self, size: int) -> bool:
        """Whether a file of this size still fits."""
        free = self.free_bytes()
        return free is None or size <= free

    def actual(self, sha256: str) -> str:
        """The hash of the bytes that lie there under that name."""
        return hashlib.sha256(self.path(sha256).read_bytes()).hexdigest()

    def flip(self, sha256: str, random: Random) -> bool:
        """A bit of a file turns over; whether there was such a file."""
        path = self.path(sha256)
        if not path.exists():
            return False
        data = bytearray(path.read_bytes())
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        path.write_bytes(bytes(data))
        return True

    def cut(self, random: Random) -> None:
        """The power is gone: parts that were still coming in lose what was not synced, or keep rubbish there."""
        for part in sorted(self._parts.iterdir()):
            data = part.read_bytes()
            kept = random.randint(0, len(data))
            rubbish = bytes(len(data) - kept) if random.random() < 0.3 else b""
            part.write_bytes(data[:kept] + rubbish)


def remembered(store: Store) -> Iterator[tuple[str, int, str]]:
    """Every job in the agent's database with its state."""
    for text in store.jobs():
        record = json.loads(text)
        yield record["job"]["job_id"], record["job"].get("attempt", 1), record["state"]


def _wal(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _torn(old: bytes, new: bytes, random: Random) -> bytes:
    """What was being written is there in part: cut off anywhere, or sector by sector, or, seldom, whole."""
    chance = random.random()
    if chance < 0.2:
        return new
    if chance < 0.6:
        first = 0
        while first < min(len(old), len(new)) and old[first : first + SECTOR] == new[first : first + SECTOR]:
            first += SECTOR
        place = random.randint(first, max(first, len(new)))
        return new[:place] + old[place:]
    found = bytearray(new)
    for start in range(0, len(new), SECTOR):
        if random.random() < 0.5:
            kept = old[start : start + SECTOR]
            found[start : start + SECTOR] = kept + bytes(len(found[start : start + SECTOR]) - len(kept))
    return bytes(found)
