"""Run by Alembic: migrates over the connection that `server.schema` hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import server.tables  # noqa: F401  makes the tables known
from server.tables.columns import Instant, Word


def _rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy: a migration must not change when the program's types do."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Word):
        numeric = all(isinstance(member.value, int) for member in item.kind)
        return "sa.Integer()" if numeric else "sa.String(length=40)"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=_rendered,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
