"""A station's air side with a real broker and database, and devices made from the contract alone."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from loa.simulated_device import SimulatedDevice, new_key
from protocol.enrolment import EnrolRequest
from protocol.priorities import Priority
from protocol.states import State
from server import schema, speakers
from server.air import Air
from server.broker.mosquitto import find_program
from server.database import Database
from server.settings import Settings
from server.tables import (
    Area,
    AreaLevel,
    Bulletin,
    Delivery,
    Occurrence,
    Person,
    Production,
    ProductionStatus,
    RoleName,
    Schedule,
    Speaker,
    Version,
    VersionStatus,
)
from server.tables.columns import now

needs_mosquitto = pytest.mark.skipif(find_program() is None, reason="mosquitto is not installed")


class Station:
    """A station's air side, its database filled with one commune of two villages."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.audio_dir.mkdir(exist_ok=True)
        schema.upgrade(self.database)
        self.air = Air(settings, self.database)
        with self.database.read() as session:
            known = session.exec(select(Person).where(Person.username == "canbo")).first()
        if known is None:
            self._found()
        with self.database.read() as session:
            self.people = {person.role: person for person in session.exec(select(Person))}
            self.areas = {area.code: area for area in session.exec(select(Area))}

    def _found(self) -> None:
        with self.database.write() as session:
            commune = Area(code="xa", name="Xã Thử", level=AreaLevel.COMMUNE)
            session.add(commune)
            session.flush()
            for code in ("thon-1", "thon-2"):
                session.add(Area(code=code, name=code, level=AreaLevel.VILLAGE, parent_id=commune.id))
            for username, role in (
                ("canbo", RoleName.OFFICER),
                ("lanhdao", RoleName.LEADER),
                ("kythuat", RoleName.TECHNICIAN),
            ):
                session.add(Person(username=username, name=username, role=role, area_id=commune.id, password_hash="-"))

    @property
    def officer(self) -> Person:
        return self.people[RoleName.OFFICER]

    def start(self) -> "Station":
        self.air.start()
        wait_until(lambda: self.air.connected)
        return self

    def stop(self) -> None:
        self.air.stop()
        self.database.close()

    def speaker(self, speaker_id: str, village: str = "thon-1") -> SimulatedDevice:
        """A new speaker and its box, not yet connected."""
        with self.database.write() as session:
            speakers.create(
                session, self.officer, speaker_id=speaker_id, name=speaker_id, area_id=self.areas[village].id
            )
        return self.box(speaker_id)

    def box(self, speaker_id: str) -> SimulatedDevice:
        """A box for a speaker that is there, not yet connected."""
        key = new_key(self.settings.station, speaker_id)
        with self.database.write() as session:
            code, _ = speakers.offer_claim(session, self.officer, speaker_id)
        with self.database.write() as session:
            _, password = speakers.enrol(
                session, EnrolRequest(claim_code=code, public_key=key.public.x), self.settings.station
            )
        answer = self.air.enrolled(speaker_id, password, "127.0.0.1")
        return SimulatedDevice(answer.station, speaker_id, key, answer.trust, answer.broker)

    def approved(self, text: bytes = b"opus", priority: Priority = Priority.NORMAL) -> str:
        """An approved version with finished audio; its id."""
        sha256 = hashlib.sha256(text).hexdigest()
        (self.settings.audio_dir / f"{sha256}.opus").write_bytes(text)
        with self.database.write() as session:
            bulletin = Bulletin(
                title="Bản tin", area_id=self.areas["xa"].id, author_id=self.officer.id, priority=priority
            )
            session.add(bulletin)
            session.flush()
            version = Version(
                bulletin_id=bulletin.id,
                number=1,
                status=VersionStatus.APPROVED,
                script={},
                author_id=self.officer.id,
            )
            session.add(version)
            session.flush()
            session.add(
                Production(
                    version_id=version.id,
                    edit_count=0,
                    voice="v",
                    status=ProductionStatus.READY,
                    sha256=sha256,
                    bytes=len(text),
                    duration_ms=2000,
                    finished_at=now(),
                )
            )
            return version.id

    def broadcast(
        self, *speaker_ids: str, start_at: datetime | None = None, version_id: str | None = None, delay_s: float = 60
    ) -> str:
        """An occurrence for these speakers, queued but not kicked; its id."""
        version_id = version_id or self.approved()
        start_at = start_at or now() + timedelta(hours=1)
        with self.database.write() as session:
            schedule = Schedule(
                version_id=version_id,
                area_id=self.areas["xa"].id,
                start_at=start_at,
                max_start_delay_s=delay_s,
                created_by=self.officer.id,
                duration_ms=2000,
            )
            session.add(schedule)
            session.flush()
            occurrence = Occurrence(
                schedule_id=schedule.id,
                version_id=version_id,
                due_at=start_at,
                not_after=start_at + timedelta(minutes=5),
            )
            session.add(occurrence)
            session.flush()
            for speaker_id in speaker_ids:
                session.add(Delivery(occurrence_id=occurrence.id, speaker_id=speaker_id))
            return occurrence.id

    def delivery(self, occurrence_id: str, speaker_id: str) -> Delivery:
        with self.database.read() as session:
            return session.exec(
                select(Delivery)
                .where(Delivery.occurrence_id == occurrence_id, Delivery.speaker_id == speaker_id)
                .order_by(col(Delivery.attempt).desc())
            ).first()

    def row(self, speaker_id: str) -> Speaker:
        with self.database.read() as session:
            return session.get(Speaker, speaker_id)

    def wait_state(self, occurrence_id: str, speaker_id: str, state: State) -> Delivery:
        wait_until(lambda: self.delivery(occurrence_id, speaker_id).state is state)
        return self.delivery(occurrence_id, speaker_id)


@pytest.fixture
def open_station() -> type[Station]:
    """For tests that need more than one."""
    return Station


def wait_until(condition: Callable[[], bool], wait_s: float = 60.0) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    found = Settings(data_dir=tmp_path, station="thu", broker_choice="mosquitto")
    shutil.copyfile(migrated, tmp_path / "station.sqlite3")
    return found


@pytest.fixture(params=[pytest.param("mosquitto", marks=needs_mosquitto), "iotcore"])
def station(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Station]:
    """On both of our own brokers."""
    opened = Station(replace(settings, broker_choice=request.param)).start()
    yield opened
    opened.stop()


@pytest.fixture
def guarded_station(settings: Settings) -> Iterator[Station]:
    """On the broker that knows passwords and topic rules."""
    if find_program() is None:
        pytest.skip("mosquitto is not installed")
    opened = Station(settings).start()
    yield opened
    opened.stop()


@pytest.fixture
def devices() -> Iterator[Callable[[SimulatedDevice], SimulatedDevice]]:
    """Connects a device and closes it at the end."""
    opened: list[SimulatedDevice] = []

    def connect(device: SimulatedDevice) -> SimulatedDevice:
        opened.append(device.connect())
        return device

    yield connect
    for device in opened:
        device.close()
