"""What a device is asked to play."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from protocol.ids import MAX_SMALL, Sha256
from protocol.priorities import Priority

_FROZEN = ConfigDict(frozen=True, allow_inf_nan=False)
JobId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
Attempt = Annotated[int, Field(ge=1, le=MAX_SMALL)]
Url = Annotated[str, StringConstraints(max_length=2000)]

CHIME_MS = 2_400
"""How long a device's own chime is. With `chime` a pass is so much longer than its audio, and `start_at` is the chime's own."""


class Audio(BaseModel):
    """A file by its content. Checked before every play, never by its size alone."""

    model_config = _FROZEN

    sha256: Sha256
    bytes: int = Field(gt=0, le=200_000_000)
    duration_ms: int = Field(gt=0)
    codec: str = "opus"
    urls: tuple[Url, ...]
    """Absolute, or a path on the station's own HTTP address ("/agent/v1/audio/…"); tried in order."""


class Stream(BaseModel):
    """A live source: HTTP or HLS radio."""

    model_config = _FROZEN

    urls: tuple[Url, ...]
    until: AwareDatetime
    fallback: Audio | None = None
    """What sounds while the stream is dead."""


class Repeat(BaseModel):
    """The whole job again, `gap_s` of silence between."""

    model_config = _FROZEN

    count: int = Field(default=1, ge=1, le=1000)
    gap_s: float = Field(default=3.0, ge=0, le=3600)


class Job(BaseModel):
    """One occurrence on one device. `(job_id, attempt)` starts at most once."""

    model_config = _FROZEN

    job_id: JobId
    """The occurrence's id (UUIDv7)."""
    attempt: Attempt = 1
    priority: Priority
    title: str = Field(default="", max_length=200)
    not_before: AwareDatetime
    start_at: AwareDatetime
    max_start_delay_s: float = Field(default=60.0, ge=0)
    """It may start this much after `start_at`, and then says so; later it is MISSED."""
    not_after: AwareDatetime
    """It must not sound after this instant."""
    repeat: Repeat = Repeat()
    audio: Audio | None = None
    stream: Stream | None = None
    gain_db: float = Field(default=0.0, ge=-40, le=6)
    chime: bool = False
    """Whether the device puts its own chime before each pass (the station's bulletins already carry one): CHIME_MS longer."""
    supersedes: tuple[JobId, ...] = ()
    test: bool = False
    """A drill or test: everything as real, kept out of statistics."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.audio is None) == (self.stream is None):
            raise ValueError("a job has audio or a stream")
        if not self.not_before <= self.start_at <= self.not_after:
            raise ValueError("not_before <= start_at <= not_after")
        return self
