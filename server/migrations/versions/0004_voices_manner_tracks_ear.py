"""How a version is read aloud, its recordings, and what the ear heard."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "track",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("before_speech", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_track_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("production", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spoken_by", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("notices", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("ear_status", sa.String(length=40), nullable=False, server_default="unchecked"))
        batch_op.add_column(sa.Column("ear_note", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("loudness_lufs", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("true_peak_dbtp", sa.Float(), nullable=True))
        batch_op.create_index(batch_op.f("ix_production_ear_status"), ["ear_status"], unique=False)

    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manner", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_column("manner")

    with op.batch_alter_table("production", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_ear_status"))
        batch_op.drop_column("true_peak_dbtp")
        batch_op.drop_column("loudness_lufs")
        batch_op.drop_column("heard_at")
        batch_op.drop_column("ear_note")
        batch_op.drop_column("ear_status")
        batch_op.drop_column("notices")
        batch_op.drop_column("spoken_by")

    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_version_id"))
        batch_op.drop_index(batch_op.f("ix_track_sha256"))

    op.drop_table("track")
