"""The database's schema: brought to this version of the program at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from server.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that the database has not seen, all in one transaction where the database can.

    Of several processes that start together one migrates, the others wait for it. SQLite changes a table by making it anew,
    which it refuses while others refer to its rows: so there references are checked once, at the end.
    """
    with database.engine.execution_options(loa_write=True).connect() as connection:
        _enforce_references(connection, on=False)
        try:
            with connection.begin():
                command.upgrade(config(connection), revision)
                _check_references(connection)
        finally:
            _enforce_references(connection, on=True)


def _enforce_references(connection: Connection, *, on: bool) -> None:
    """Outside a transaction, where alone SQLite lets this be changed."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"a migration left rows that refer to nothing: {broken[:5]}")


def config(connection: object | None = None) -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("version_path_separator", "os")
    settings.attributes["connection"] = connection
    return settings
