"""Speakers (cụm loa), how they were enrolled, and what they last said."""

from datetime import datetime, time
from typing import Any

from sqlmodel import JSON, Field, SQLModel, Time

from protocol.messages import Config
from server.tables.columns import big, changed, instant

SELF_TEST_AT: time = Config.model_fields["self_test_at"].default
"""When a box tests its horn unless somebody decided otherwise: the contract's default."""


class Speaker(SQLModel, table=True):
    """A speaker: a place on a pole with at most one enrolled box."""

    id: str = Field(primary_key=True, max_length=64)
    """Slug; the box's name on the wire and at the broker."""
    name: str = Field(max_length=200)
    area_id: str = Field(foreign_key="area.id", index=True)
    latitude: float | None = None
    longitude: float | None = None
    in_repair: bool = False
    created_at: datetime = instant(default_now=True)
    # the enrolled box
    public_key: dict[str, Any] | None = Field(default=None, sa_type=JSON, nullable=True)
    """`protocol.keys.PublicKey` as JSON."""
    broker_password_hash: str = ""
    enrolled_at: datetime | None = instant(nullable=True)
    hardware: str = ""
    serial: str = ""
    agent_version: str = ""
    # what the station last published to it
    desired_rev: int = big()
    desired_digest: str = ""
    """sha256 of the body last published: published again only when it changed."""
    desired_token: str = ""
    desired_until: datetime | None = instant(nullable=True)
    """`valid_until` of the body last published; it is published anew well before."""
    desired_stale: bool = Field(default=False, index=True)
    """Something other than a delivery changed what it shall hold: emergencies, prepared messages, keys."""
    config_rev: int = big()
    config_digest: str = ""
    config_token: str = ""
    ack_rev: int = big()
    volume_percent: int = 80
    """What it is asked for, below the ceilings of its policy."""
    self_test_at: time | None = Field(default=SELF_TEST_AT, sa_type=Time, nullable=True)
    """Local time of its daily acoustic self-test; None is by order only."""
    # what it last said
    online: bool = False
    session: int = big()
    presence_at: datetime | None = instant(nullable=True)
    last_heard_at: datetime | None = instant(nullable=True)
    reported: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    reported_rev: int = big()
    health: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The last heartbeat; not kept as rows."""
    epoch: str = ""
    acked_seq: int = big()
    """Every event of `epoch` up to here is committed."""
    updated_at: datetime = changed()


class Claim(SQLModel, table=True):
    """A single-use, short-lived code that turns a box into a speaker. Only its sha256 is kept."""

    code_sha256: str = Field(primary_key=True, max_length=64)
    speaker_id: str = Field(foreign_key="speaker.id", index=True)
    created_by: str = Field(foreign_key="person.id")
    created_at: datetime = instant(default_now=True)
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
