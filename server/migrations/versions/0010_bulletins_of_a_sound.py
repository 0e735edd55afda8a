"""Bulletins that are a sound alone"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sound", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.drop_column("sound")
