"""The schema that migrations make is the one that the program expects, and data survives them."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel, select

from server import schema
from server.database import Database
from server.tables import Area, AreaLevel

DATABASES = "both"


def test_migrations_make_the_schema_of_the_tables(settings):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    schema.upgrade(database)
    with database.write() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_each_step_keeps_the_data_and_running_again_changes_nothing(settings):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    script = ScriptDirectory.from_config(schema.config())
    steps = [revision.revision for revision in script.walk_revisions()][::-1]
    schema.upgrade(database, steps[0])
    with database.write() as session:
        session.add(Area(code="x", name="Xã Khuổi Nằn", level=AreaLevel.COMMUNE))
    for step in steps:
        schema.upgrade(database, step)
        schema.upgrade(database, step)
        with database.read() as session:
            assert session.exec(select(Area)).one().name == "Xã Khuổi Nằn"
    database.close()
