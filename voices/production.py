"""What goes into a production and what comes out: the border of this room to the station. All frozen, all JSON."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SpokenSentence(BaseModel):
    """One sentence in spoken form ("mười bảy giờ", no digits), as the reading room writes it."""

    model_config = ConfigDict(frozen=True)

    text: str
    pause_after: Literal["clause", "sentence", "paragraph"] = "sentence"
    """"clause": the sentence goes on in the next one."""
    key_fact: bool = False
    """Said once more at the end when `Arrangement.repeat_key_facts` is set: the date, the place, the number to call."""


class TimelineEntry(BaseModel):
    """Which sentence sounds when, in milliseconds from the start of the file."""

    model_config = ConfigDict(frozen=True)

    index: int
    """Position in the sentences given to `produce`, or `STATION_CALL`, `CLOSING`, `TRACK`. A repeated sentence comes twice."""
    start_ms: int
    end_ms: int
    text: str
    """What is said; for a language track its title."""
    language: str = "vi"
    """BCP 47 tag of what is said: the ear understands only "vi"."""


STATION_CALL = -1
CLOSING = -2
TRACK = -3
"""Values of `TimelineEntry.index` for what is not one of the sentences."""


class LanguageTrack(BaseModel):
    """A recording in another language of the commune, as `import_recording` stored it."""

    model_config = ConfigDict(frozen=True)

    sound: Path
    language: str
    """BCP 47: "tyz" Tày, "nut" Nùng, "mji" or "ium" Dao, "mtq" Mường, "hmn" Mông …"""
    title: str
    """As shown to the officer: "Bản tiếng Tày, bà Hoàng Thị Mỵ đọc"."""


class MusicBed(BaseModel):
    """Music under the whole programme, looped, quieter while someone speaks."""

    model_config = ConfigDict(frozen=True)

    sound: Path
    level_db: float = Field(default=-14.0, ge=-40, le=0)
    """Between the parts, relative to speech."""
    duck_db: float = Field(default=-10.0, ge=-40, le=0)
    """Further down while someone speaks."""


class Arrangement(BaseModel):
    """What a programme has around its sentences. Texts are in spoken form."""

    model_config = ConfigDict(frozen=True)

    chime: bool = True
    only_chime: bool = False
    """Nothing but the opening chime: an item of its own in a series of broadcasts."""
    station_call: str = ""
    closing: str = ""
    clause_pause_ms: int = Field(default=180, ge=0, le=10_000)
    sentence_pause_ms: int = Field(default=450, ge=0, le=10_000)
    paragraph_pause_ms: int = Field(default=900, ge=0, le=10_000)
    repeat: int = Field(default=1, ge=1, le=5)
    """How often the sentences are read in all."""
    repeat_key_facts: bool = False
    """Read the sentences marked `key_fact` once more before the closing."""
    tracks: tuple[LanguageTrack, ...] = ()
    tracks_before_speech: int = Field(default=0, ge=0)
    """How many of `tracks` sound before the Vietnamese sentences; the others follow, all in the order given."""
    music_bed: MusicBed | None = None


class Progress(BaseModel):
    """How far a production is. `stage` "render" counts sentences; the others count steps."""

    model_config = ConfigDict(frozen=True)

    stage: Literal["render", "master", "listen", "retake"]
    done: int
    total: int
    notice: str = ""
    """Vietnamese, for the officer, when something is not as asked: another voice stepped in."""


class Production(BaseModel):
    """A finished programme on disk. The file's name is its sha256, and nothing half-written ever has it."""

    model_config = ConfigDict(frozen=True)

    opus: Path
    """Opus 24 kbit/s, 48 kHz mono, in an Ogg container."""
    sha256: str
    bytes: int
    duration_ms: int
    timeline: tuple[TimelineEntry, ...]
    loudness_lufs: float
    """Integrated loudness (EBU R 128) of the decoded file; −16 ± 1 is promised for speech of more than a second."""
    true_peak_dbtp: float
    """Of the decoded file; −3 or less is promised."""
    render_s: float
    """Wall time from the call to the finished file."""
    voice: str = ""
    """The voice that spoke: not the one asked for if `notices` says so."""
    notices: tuple[str, ...] = ()
    """Vietnamese, for the officer: what is not as asked."""
