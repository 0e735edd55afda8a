"""Groups of speakers, programmes, relays; second person, exceptions and parts of schedules"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "programme",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("slot_s", sa.Integer(), nullable=False),
        sa.Column("pause_s", sa.Float(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_area_id"), ["area_id"], unique=False)

    op.create_table(
        "speakergroup",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("area_id", "name"),
    )
    with op.batch_alter_table("speakergroup", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakergroup_area_id"), ["area_id"], unique=False)

    op.create_table(
        "programmerun",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("programme_id", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("length_ms", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("programmerun", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programmerun_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "speakergroupmember",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("speaker_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["speakergroup.id"],
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["speaker.id"],
        ),
        sa.PrimaryKeyConstraint("group_id", "speaker_id"),
    )
    with op.batch_alter_table("speakergroupmember", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speakergroupmember_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "relay",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("urls", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.String(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relay_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relay_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("except_areas", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("except_speakers", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("run_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("offset_ms", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("confirmed_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_schedule_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedule_run_id"), ["run_id"], unique=False)
        batch_op.create_foreign_key("fk_schedule_group_id", "speakergroup", ["group_id"], ["id"])
        batch_op.create_foreign_key("fk_schedule_run_id", "programmerun", ["run_id"], ["id"])
        batch_op.create_foreign_key("fk_schedule_confirmed_by", "person", ["confirmed_by"], ["id"])


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.drop_constraint("fk_schedule_confirmed_by", type_="foreignkey")
        batch_op.drop_constraint("fk_schedule_run_id", type_="foreignkey")
        batch_op.drop_constraint("fk_schedule_group_id", type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_schedule_run_id"))
        batch_op.drop_index(batch_op.f("ix_schedule_group_id"))
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("confirmed_by")
        batch_op.drop_column("offset_ms")
        batch_op.drop_column("run_id")
        batch_op.drop_column("except_speakers")
        batch_op.drop_column("except_areas")
        batch_op.drop_column("group_id")

    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relay_version_id"))
        batch_op.drop_index(batch_op.f("ix_relay_area_id"))

    op.drop_table("relay")
    with op.batch_alter_table("speakergroupmember", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakergroupmember_speaker_id"))

    op.drop_table("speakergroupmember")
    with op.batch_alter_table("programmerun", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programmerun_programme_id"))

    op.drop_table("programmerun")
    with op.batch_alter_table("speakergroup", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speakergroup_area_id"))

    op.drop_table("speakergroup")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_area_id"))

    op.drop_table("programme")
