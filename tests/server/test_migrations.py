"""The schema that migrations make is the one that the program expects, and data survives them."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, MetaData, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

from server import schema
from server.database import Database
from server.tables import Area, AreaLevel

DATABASES = "both"
MIGRATED = False


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


TABLES = ("area", "person", "bulletin", "version", "production", "speaker", "schedule", "occurrence", "delivery")
"""Each refers to those before it: a row in one holds the others."""


def test_a_database_in_use_is_upgraded_with_all_its_rows(settings):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    steps = [revision.revision for revision in ScriptDirectory.from_config(schema.config()).walk_revisions()][::-1]
    schema.upgrade(database, steps[0])
    with database.write() as session:
        tables = MetaData()
        tables.reflect(session.connection())
        for name in TABLES:
            columns = [column for column in tables.tables[name].columns if not column.nullable]
            session.execute(tables.tables[name].insert().values({column.name: filler(column) for column in columns}))
    schema.upgrade(database)
    with database.read() as session:
        for name in TABLES:
            assert session.execute(text(f"SELECT count(*) FROM {name}")).scalar() == 1
    with pytest.raises(IntegrityError), database.write() as session:  # references are enforced again
        session.execute(text("DELETE FROM version"))
    database.close()


def filler(column):
    if column.primary_key or column.foreign_keys:
        return "1"
    if isinstance(column.type, JSON):
        return {}
    kind = column.type.python_type
    return datetime(2026, 1, 1, tzinfo=UTC) if kind is datetime else kind()
