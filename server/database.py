"""The database: SQLite by default, PostgreSQL where several station processes share it.

Every write goes through `Database.write()`: one transaction that takes the write lock at its beginning, so that two
processes never both decide on what they read before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

_BUSY_TIMEOUT_MS = 10_000
_ANALYSED_ROWS = 1000


class Database:
    """Sessions over one engine. Thread-safe; sessions are not."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(url, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "begin", _begin_shared)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing is committed."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed when the block ends, rolled back when it raises."""
        with Session(self.engine.execution_options(loa_write=True), expire_on_commit=False) as session, session.begin():
            yield session

    def refresh_statistics(self) -> None:
        """Let the planner know how large the tables are: without it SQLite sorts ten thousand rows to show fifty.

        PostgreSQL does this by itself. Takes milliseconds: a sample of each index.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self.write() as session:
            connection = session.connection()
            connection.exec_driver_sql(f"PRAGMA analysis_limit={_ANALYSED_ROWS}")
            connection.exec_driver_sql("ANALYZE")
        self.engine.dispose()  # a connection reads the statistics when it is opened

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL so that readers never block, full sync so that an acknowledged commit survives a power cut."""
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("loa_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


_WRITE_LOCK = 0x10A1A46
"""Number of the advisory lock that writers of a shared database queue at."""


def _begin_shared(connection: Any) -> None:
    if connection.get_execution_options().get("loa_write"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
