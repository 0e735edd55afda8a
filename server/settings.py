"""Settings of one station, from environment variables `LOA_…` and the command line."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from reading import Dialect


@dataclass(frozen=True)
class Settings:
    """Everything a station process must know at start. Paths are below `data_dir`, which survives restarts."""

    data_dir: Path
    station: str = "loa-lang"
    """Slug of this station: part of every topic."""
    name: str = "Đài truyền thanh xã"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """The address by which boxes and phones reach the station; empty: the one that a page was asked for by."""
    https_port: int | None = None
    """Port of the console over HTTPS beside `port`, with a certificate of our own authority; 0 is a free one, None is none."""
    database_url: str = ""
    """SQLAlchemy URL; empty is SQLite in `data_dir`."""
    broker_url: str = ""
    """"mqtt://user:password@host:port"; empty starts a broker of our own on loopback."""
    broker_choice: str = "auto"
    """Own broker: "mosquitto", "iotcore" or "auto" (mosquitto if it is installed)."""
    workers: int = 2
    """Render processes for speech."""
    voice: str = "kokoro-vi-nu"
    fallback_voices: tuple[str, ...] = ("kokoro-vi-nu",)
    """Who reads instead when a voice fails, in this order; the author is told. `LOA_FALLBACK_VOICES`, separated by commas."""
    listen: bool = True
    """Whether the recogniser hears every finished audio (240 MB, 0.15 s of a core for each second); `LOA_LISTEN=0` spares it."""
    timezone: str = "Asia/Ho_Chi_Minh"
    dialect: Dialect = field(default_factory=Dialect)
    """How numbers and letters are said here; `LOA_DIALECT` is its JSON: {"thousand": "ngàn", "letters": "south"}."""
    max_upload_bytes: int = 20 * 1024 * 1024
    reserve_bytes: int = 300_000_000
    """With less left on the disk, uploads and renders wait; what is due goes on. `LOA_RESERVE_BYTES`."""
    max_recording_bytes: int = 200_000_000
    """Of one recording handed in: half an hour of uncompressed stereo fits."""

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'station.sqlite3'}"

    @property
    def audio_dir(self) -> Path:
        """Finished audio, each file named by its sha256."""
        return self.data_dir / "audio"

    @property
    def document_dir(self) -> Path:
        """Uploaded documents, each named by its sha256."""
        return self.data_dir / "documents"

    @property
    def mp3_dir(self) -> Path:
        """Finished audio once more for what cannot play Opus; made again whenever it is missing."""
        return self.data_dir / "mp3"

    @property
    def track_dir(self) -> Path:
        """Recordings that were handed in, cleaned, each named by its sha256."""
        return self.data_dir / "tracks"

    @property
    def photo_dir(self) -> Path:
        """Photos of faults, each named by its sha256."""
        return self.data_dir / "photos"

    @property
    def release_dir(self) -> Path:
        """Software packages for boxes, put here by whoever keeps this machine."""
        return self.data_dir / "releases"

    @property
    def clip_cache_dir(self) -> Path:
        """Rendered sentences."""
        return self.data_dir / "clips"

    @property
    def key_dir(self) -> Path:
        """Private keys of the station."""
        return self.data_dir / "keys"

    @property
    def tls_dir(self) -> Path:
        """Our own certificate authority, and the station's certificate."""
        return self.data_dir / "tls"

    @property
    def broker_dir(self) -> Path:
        """Configuration and persistence of our own broker."""
        return self.data_dir / "broker"

    @classmethod
    def from_environment(cls, data_dir: Path, **overrides: object) -> "Settings":
        """Settings from `LOA_STATION`, `LOA_NAME`, `LOA_DATABASE_URL`, `LOA_BROKER_URL`, … with explicit values winning."""
        names = (
            "station",
            "name",
            "host",
            "public_url",
            "database_url",
            "broker_url",
            "broker_choice",
            "voice",
            "timezone",
        )
        values: dict[str, object] = {
            n: os.environ[f"LOA_{n.upper()}"] for n in names if f"LOA_{n.upper()}" in os.environ
        }
        values |= {
            n: int(os.environ[f"LOA_{n.upper()}"])
            for n in ("port", "https_port", "workers", "reserve_bytes")
            if f"LOA_{n.upper()}" in os.environ
        }
        if "LOA_FALLBACK_VOICES" in os.environ:
            named = os.environ["LOA_FALLBACK_VOICES"].split(",")
            values["fallback_voices"] = tuple(name.strip() for name in named if name.strip())
        if "LOA_LISTEN" in os.environ:
            values["listen"] = os.environ["LOA_LISTEN"] not in {"", "0"}
        if "LOA_DIALECT" in os.environ:
            values["dialect"] = Dialect.model_validate_json(os.environ["LOA_DIALECT"])
        values |= {name: value for name, value in overrides.items() if value is not None}
        return cls(data_dir=data_dir, **values)  # type: ignore[arg-type]  # names and types are those of the fields
