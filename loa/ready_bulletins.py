"""Bulletins that are approved and have their audio already: for benchmarks that are about playing, not about reading or speaking.

Their sound is noise: it is like no other and correlates with itself only, so that a judge finds it in a recording to the sample.
"""

import hashlib
import io
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray
from sqlmodel import select

from server.database import Database
from server.settings import Settings
from server.tables import Bulletin, Person, Production, ProductionStatus, RoleName, Version, VersionStatus
from server.tables.columns import now

RATE_HZ = 48_000
_LEVEL = 0.1


@dataclass(frozen=True)
class ReadyBulletin:
    """What a benchmark needs to know of it; `samples` (48 kHz mono) is what a speaker that plays it lets out."""

    version_id: str
    opus: bytes
    samples: NDArray[np.float32]


def noise(seconds: float, seed: int) -> bytes:
    """Ogg Opus of noise that no other seed gives."""
    samples = np.random.default_rng(seed).standard_normal(int(seconds * RATE_HZ)) * _LEVEL
    out = io.BytesIO()
    soundfile.write(out, np.clip(samples, -1, 1), RATE_HZ, format="OGG", subtype="OPUS")
    return out.getvalue()


def make_ready(settings: Settings, title: str, opus: bytes) -> ReadyBulletin:
    """Write it into the database of a station that has been set up; the station may be running."""
    sha256 = hashlib.sha256(opus).hexdigest()
    samples = soundfile.read(io.BytesIO(opus), dtype="float32")[0]
    settings.audio_dir.mkdir(parents=True, exist_ok=True)
    (settings.audio_dir / f"{sha256}.opus").write_bytes(opus)
    database = Database(settings.database)
    try:
        with database.write() as session:
            officer = session.exec(select(Person).where(Person.role == RoleName.OFFICER)).one()
            bulletin = Bulletin(title=title, area_id=officer.area_id, author_id=officer.id)
            session.add(bulletin)
            session.flush()
            version = Version(
                bulletin_id=bulletin.id, number=1, status=VersionStatus.APPROVED, script={}, author_id=officer.id
            )
            session.add(version)
            session.flush()
            session.add(
                Production(
                    version_id=version.id, edit_count=0, voice=settings.voice, status=ProductionStatus.READY, sha256=sha256,
                    bytes=len(opus), duration_ms=len(samples) * 1000 // RATE_HZ, finished_at=now(),
                )
            )  # fmt: skip
            return ReadyBulletin(version.id, opus, samples)
    finally:
        database.close()
