"""The agent's memory: one SQLite file (WAL, full sync). What a commit has returned from survives a power cut.

It is a plain table store: meaning lives in the modules above. One thread uses it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (kind TEXT PRIMARY KEY, rev INTEGER NOT NULL, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (job_id TEXT PRIMARY KEY, rev INTEGER NOT NULL, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL);
"""
SCHEMA_VERSION = 1
TIDY_AFTER = 500
"""Rows written between two tidyings."""
_JOURNAL_PAGES = 4000
"""Where nobody tidies, SQLite does at this length of its journal, in the middle of whatever is being committed then."""


@dataclass(frozen=True)
class Message:
    """A signed message as it came, with its revision."""

    rev: int
    token: str


class Store:
    """Open or create the file. Raises sqlite3.DatabaseError if it is damaged: see `edge_agent.folder`."""

    def __init__(self, path: Path | str, *, synchronous: str = "FULL") -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={synchronous}")
            self._db.execute("PRAGMA cache_size=-1024")
            self._db.execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            damage = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if damage != "ok" or version > SCHEMA_VERSION:
                raise sqlite3.DatabaseError(f"quick_check: {damage}, version {version}")
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        except sqlite3.Error:
            self._db.close()
            raise
        self._depth = 0
        self._tidied = 0

    def close(self) -> None:
        """Close the file; open transactions are rolled back."""
        self._db.close()

    @property
    def untidy(self) -> bool:
        """Whether so much was written that `tidy` should be called in a calm moment."""
        return self._db.total_changes - self._tidied >= TIDY_AFTER

    def tidy(self) -> None:
        """Write the journal back. That may take some hundred milliseconds, which the commit before a start must not."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._tidied = self._db.total_changes

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on disk when it ends; a transaction inside another is part of it."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._db.execute("COMMIT")

    # facts

    def fact(self, name: str) -> str | None:
        """One named value."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keep one named value."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    # messages and alerts

    def message(self, kind: str) -> Message | None:
        """The newest believed message of a kind."""
        row = self._db.execute("SELECT rev, token FROM messages WHERE kind = ?", (kind,)).fetchone()
        return None if row is None else Message(rev=row[0], token=row[1])

    def revision(self, kind: str) -> int:
        """Revision of the newest believed message of a kind, 0 if there is none."""
        row = self._db.execute("SELECT rev FROM messages WHERE kind = ?", (kind,)).fetchone()
        return 0 if row is None else int(row[0])

    def set_message(self, kind: str, message: Message) -> None:
        """Replace the newest believed message of a kind."""
        self._db.execute("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", (kind, message.rev, message.token))

    def messages(self) -> Iterator[tuple[str, Message]]:
        """Every message and order kept, with its place."""
        for row in self._db.execute(
            "SELECT kind, rev, token FROM messages UNION ALL SELECT job_id, rev, token FROM alerts"
        ):
            yield str(row[0]), Message(rev=row[1], token=str(row[2]))

    def alert(self, job_id: str) -> Message | None:
        """The newest believed emergency order about one job: its beginning or its all-clear."""
        row = self._db.execute("SELECT rev, token FROM alerts WHERE job_id = ?", (job_id,)).fetchone()
        return None if row is None else Message(rev=row[0], token=row[1])

    def has_alert(self, token: str) -> bool:
        """Whether these very bytes are the newest order about their job."""
        return self._db.execute("SELECT 1 FROM alerts WHERE token = ?", (token,)).fetchone() is not None

    def set_alert(self, job_id: str, message: Message) -> None:
        """Replace it."""
        self._db.execute("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?)", (job_id, message.rev, message.token))

    def prune_alerts(self, keep: int) -> int | None:
        """Forget all but the newest `keep` orders; the highest revision forgotten, None if none was."""
        row = self._db.execute("SELECT rev FROM alerts ORDER BY rev DESC LIMIT 1 OFFSET ?", (keep,)).fetchone()
        if row is None:
            return None
        self._db.execute("DELETE FROM alerts WHERE rev <= ?", (row[0],))
        return int(row[0])

    # jobs

    def jobs(self) -> Iterator[str]:
        """Every job's record, as JSON."""
        for _, record in self.job_rows():
            yield record

    def job_rows(self) -> Iterator[tuple[str, str]]:
        """The same, with their keys."""
        for row in self._db.execute("SELECT key, record FROM jobs ORDER BY key"):
            yield str(row[0]), str(row[1])

    def set_job(self, key: str, record: str) -> None:
        """Keep one job's record."""
        self._db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?)", (key, record))

    def drop_job(self, key: str) -> None:
        """Forget one job."""
        self._db.execute("DELETE FROM jobs WHERE key = ?", (key,))

    # events

    def add_event(self, seq: int, event: str) -> None:
        """Append to the outbox."""
        self._db.execute("INSERT INTO events VALUES (?, ?)", (seq, event))

    def events(self, after: int, limit: int) -> list[str]:
        """The next events in order."""
        rows = self._db.execute("SELECT event FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        return [str(row[0]) for row in rows]

    def event_rows(self) -> Iterator[tuple[int, str]]:
        """Every event that waits, with its number."""
        for row in self._db.execute("SELECT seq, event FROM events ORDER BY seq"):
            yield int(row[0]), str(row[1])

    def drop_events(self, upto: int) -> None:
        """The station has committed these."""
        self._db.execute("DELETE FROM events WHERE seq <= ?", (upto,))

    def event_range(self) -> tuple[int, int] | None:
        """First and last sequence number waiting, None if the outbox is empty."""
        row = self._db.execute("SELECT min(seq), max(seq) FROM events").fetchone()
        return None if row[0] is None else (int(row[0]), int(row[1]))
