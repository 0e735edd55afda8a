"""Productions by when they were finished and heard"""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("production", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_production_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_production_heard_at"), ["heard_at"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("production", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_heard_at"))
        batch_op.drop_index(batch_op.f("ix_production_finished_at"))
