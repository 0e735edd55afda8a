"""Documents, bulletins and their versions, and the audio made of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint

from protocol.priorities import Priority
from server.tables.columns import Word, id_field, instant, word


class StoredDocument(SQLModel, table=True):
    """An uploaded file, kept as it came (by sha256 in the document folder)."""

    id: str = id_field()
    name: str = Field(max_length=255)
    sha256: str = Field(max_length=64, index=True)
    bytes: int
    uploaded_by: str = Field(foreign_key="person.id")
    uploaded_at: datetime = instant(default_now=True)
    extracted: dict[str, Any] = Field(sa_type=JSON)
    """`reading.Document` as JSON."""


class SoundKind(StrEnum):
    """What a bulletin is that has no words: an item of programmes."""

    CHIME = "chime"
    RECORDING = "recording"
    MUSIC = "music"


class Bulletin(SQLModel, table=True):
    """A bulletin (bản tin): what stays the same over its versions."""

    id: str = id_field()
    title: str = Field(max_length=300)
    area_id: str = Field(foreign_key="area.id", index=True)
    """The area whose officer wrote it."""
    priority: Priority = word(Priority, default=Priority.NORMAL)
    field: str = Field(default="general", max_length=40)
    """Field (lĩnh vực) of domain.md: general, unexpected, policy, direction, society, good_deeds."""
    document_id: str | None = Field(default=None, foreign_key="storeddocument.id")
    author_id: str = Field(foreign_key="person.id")
    sound: SoundKind | None = Field(default=None, sa_type=Word(SoundKind), nullable=True)
    """It is a sound alone; None: it is read aloud."""
    created_at: datetime = instant(default_now=True, index=True)


class VersionStatus(StrEnum):
    """Where a version stands. Only a draft can be edited; approved is frozen for good."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Version(SQLModel, table=True):
    """One version of a bulletin: the script that was heard and approved, word for word."""

    __table_args__ = (
        UniqueConstraint("bulletin_id", "number"),
        Index("ix_version_status_decided_at", "status", "decided_at"),
    )

    id: str = id_field()
    bulletin_id: str = Field(foreign_key="bulletin.id", index=True)
    number: int
    status: VersionStatus = word(VersionStatus, default=VersionStatus.DRAFT)
    script: dict[str, Any] = Field(sa_type=JSON)
    """`reading.Script` as JSON."""
    edit_count: int = 0
    """Rises with every edit: the version that a client has seen."""
    manner: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """`server.bulletins.manner.Manner` as JSON: how it is read aloud. What is missing is as usual."""
    author_id: str = Field(foreign_key="person.id")
    """Who began this version."""
    submitted_at: datetime | None = instant(nullable=True)
    decided_by: str | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = instant(nullable=True)
    decision_note: str = ""
    created_at: datetime = instant(default_now=True)


class ProductionStatus(StrEnum):
    """Where the audio of a version stands."""

    QUEUED = "queued"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EarStatus(StrEnum):
    """Whether the recogniser has listened to an audio."""

    UNCHECKED = "unchecked"
    WAITING = "waiting"
    LISTENED = "listened"


class Production(SQLModel, table=True):
    """The audio of one version, made of one state of its script, manner and tracks."""

    __table_args__ = (UniqueConstraint("version_id", "edit_count", "voice"),)

    id: str = id_field()
    version_id: str = Field(foreign_key="version.id", index=True)
    edit_count: int
    """The state of the version that it was made of."""
    voice: str = Field(max_length=64)
    """The voice that was ordered."""
    spoken_by: str = Field(default="", max_length=64)
    """The voice that spoke: another one only where `notices` say so."""
    notices: list[str] = Field(default_factory=list, sa_type=JSON)
    """Vietnamese, for the officer: what is not as asked."""
    status: ProductionStatus = word(ProductionStatus, default=ProductionStatus.QUEUED, index=True)
    claimed_until: datetime | None = instant(nullable=True)
    """While RENDERING, or WAITING for the ear: the process at work renews it; past it, it died and another may begin."""
    done: int = 0
    total: int = 0
    """Sentences rendered, of how many."""
    error: str = ""
    sha256: str | None = Field(default=None, max_length=64)
    bytes: int | None = None
    duration_ms: int | None = None
    timeline: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    """Both measured after decoding the finished file."""
    render_s: float | None = None
    ear_status: EarStatus = word(EarStatus, default=EarStatus.UNCHECKED, index=True)
    ear_note: str = ""
    """Vietnamese: why nobody listened."""
    heard_at: datetime | None = instant(nullable=True, index=True)
    """When the ear had listened, or had given up."""
    ear: dict[str, Any] | None = Field(default=None, sa_type=JSON, nullable=True)
    """`voices.EarReport` as JSON with `retaken`, the indices of sentences said once more; once it has listened."""
    created_at: datetime = instant(default_now=True)
    finished_at: datetime | None = instant(nullable=True, index=True)
