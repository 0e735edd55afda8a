"""Schedules by status, versions by when they were decided"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_status"), ["status"], unique=False)

    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_status"))
        batch_op.create_index("ix_version_status_decided_at", ["status", "decided_at"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index("ix_version_status_decided_at")
        batch_op.create_index(batch_op.f("ix_version_status"), ["status"], unique=False)

    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedule_status"))
