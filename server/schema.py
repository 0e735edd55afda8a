"""The database's schema: brought to this version of the program at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from server.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that the database has not seen, all in one transaction where the database can.

    Of several processes that start together one migrates, the others wait for it.
    """
    with database.write() as session:
        command.upgrade(config(session.connection()), revision)


def config(connection: object | None = None) -> Config:
    """Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("version_path_separator", "os")
    settings.attributes["connection"] = connection
    return settings
