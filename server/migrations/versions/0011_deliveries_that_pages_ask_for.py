"""Deliveries as pages ask for them: the last of each speaker, and what was sent again"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_speaker_id"))
        batch_op.create_index("ix_delivery_speaker_id_changed_at", ["speaker_id", "changed_at", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_start_at"), ["start_at"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_start_at"))
        batch_op.drop_index("ix_delivery_speaker_id_changed_at")
        batch_op.create_index(batch_op.f("ix_delivery_speaker_id"), ["speaker_id"], unique=False)
