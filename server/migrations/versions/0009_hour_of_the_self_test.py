"""The hour of the daily self-test"""

from collections.abc import Sequence
from datetime import time

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNTIL_NOW = time(21, 15)
"""When every box tested itself before anybody could say otherwise."""


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.add_column(sa.Column("self_test_at", sa.Time(), nullable=True))
    op.execute(sa.update(sa.table("speaker", sa.column("self_test_at", sa.Time()))).values(self_test_at=_UNTIL_NOW))


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.drop_column("self_test_at")
