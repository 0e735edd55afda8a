"""A database with thousands of enrolled speakers and a past, written in bulk."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from loa.simulated_device import new_key
from loa.station_load import archive
from loa.station_load.crowd import Login
from protocol.keys import SigningKey
from protocol.states import State
from server import schema
from server.broker import hash_password, new_password
from server.database import Database
from server.people.sign_in import LASTS
from server.settings import Settings
from server.tables import (
    Area,
    AreaLevel,
    AreaPolicy,
    Bulletin,
    Delivery,
    Occurrence,
    Person,
    Production,
    ProductionStatus,
    RoleName,
    Schedule,
    SignIn,
    Speaker,
    Version,
    VersionStatus,
)
from server.tables.columns import now

_SPEAKERS_A_VILLAGE = 50
TOKEN = "bench"  # noqa: S105  of a station that lives for a minute on loopback


class Commune:
    """What the benchmark needs to know of what it wrote."""

    def __init__(self, settings: Settings, devices: int, past: int) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.audio_dir.mkdir(exist_ok=True)
        self.keys: dict[str, SigningKey] = {}
        self.logins: list[Login] = []
        database = Database(settings.database)
        schema.upgrade(database)
        with database.write() as session:
            commune = Area(code="xa", name="Xã", level=AreaLevel.COMMUNE)
            session.add(commune)
            session.flush()
            officer = Person(
                username="tinh", name="Cán bộ tỉnh", role=RoleName.PROVINCE, area_id=commune.id, password_hash=""
            )
            session.add(officer)
            session.flush()
            any_hour = {"allowed": [{"start": "00:00", "end": "00:00"}]}
            session.add(AreaPolicy(area_id=commune.id, policy=any_hour, set_by=officer.id))
            digest = hashlib.sha256(TOKEN.encode()).hexdigest()
            session.add(SignIn(token_sha256=digest, person_id=officer.id, expires_at=now() + LASTS))
            self.version_id = _approved(session, commune, officer)
            session.flush()
            village = commune
            for number in range(devices):
                if number % _SPEAKERS_A_VILLAGE == 0:
                    village = Area(
                        code=f"thon-{number}", name=f"Thôn {number}", level=AreaLevel.VILLAGE, parent_id=commune.id
                    )
                    session.add(village)
                    session.flush()
                session.add(self._speaker(settings.station, f"loa-{number:05d}", village))
            session.flush()
            _past(session, commune, officer, self.version_id, past)
            archive.fill(session, commune, officer, past)
        database.close()

    def _speaker(self, station: str, speaker_id: str, village: Area) -> Speaker:
        key, password = new_key(station, speaker_id), new_password()
        self.keys[speaker_id] = key
        self.logins.append(Login(speaker_id, password))
        return Speaker(
            id=speaker_id,
            name=speaker_id,
            area_id=village.id,
            public_key=key.public.model_dump(mode="json"),
            broker_password_hash=hash_password(password),
            enrolled_at=now(),
        )


def _approved(session: Session, commune: Area, officer: Person) -> str:
    bulletin = Bulletin(title="Bản tin", area_id=commune.id, author_id=officer.id)
    session.add(bulletin)
    session.flush()
    version = Version(bulletin_id=bulletin.id, number=1, status=VersionStatus.APPROVED, script={}, author_id=officer.id)
    session.add(version)
    session.flush()
    session.add(
        Production(
            version_id=version.id, edit_count=0, voice="kokoro-vi-nu", status=ProductionStatus.READY, sha256="0" * 64, bytes=1000,
            duration_ms=40_000, finished_at=now(),
        )
    )  # fmt: skip
    return version.id


def _past(session: Session, commune: Area, officer: Person, version_id: str, count: int) -> None:
    schedules: list[Schedule] = []
    occurrences: list[Occurrence] = []
    deliveries: list[Delivery] = []
    start: datetime = now() - timedelta(days=100)
    for number in range(count):
        due_at = start + timedelta(minutes=10 * number)
        schedule = Schedule(
            version_id=version_id, area_id=commune.id, start_at=due_at, duration_ms=40_000, created_by=officer.id
        )
        schedules.append(schedule)
        occurrence = Occurrence(
            schedule_id=schedule.id, version_id=version_id, due_at=due_at, not_after=due_at + timedelta(minutes=5)
        )
        occurrences.append(occurrence)
        deliveries.append(
            Delivery(occurrence_id=occurrence.id, speaker_id="loa-00000", state=State.PLAYED, published_at=due_at)
        )
    for rows in (schedules, occurrences, deliveries):
        session.add_all(rows)
        session.flush()
