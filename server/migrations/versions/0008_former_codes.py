"""Codes that areas had before a merger"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "formercode",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"]),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("code"),
    )
    with op.batch_alter_table("formercode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_formercode_area_id"), ["area_id"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("formercode", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_formercode_area_id"))

    op.drop_table("formercode")
