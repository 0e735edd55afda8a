"""The commune of the benchmark: areas with devices, approved bulletins, schedules; made with the station's own functions."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from loa.simulated_device import new_key
from protocol.enrolment import BrokerAccess, EnrolRequest
from protocol.states import State
from server import schema, speakers
from server.air.keys import KeyStore, trust_set
from server.broker import BrokerAddress, hash_password
from server.database import Database
from server.scheduling.materialise import materialise_one
from server.settings import Settings
from server.tables import (
    Area,
    AreaLevel,
    Bulletin,
    Delivery,
    Person,
    Production,
    ProductionStatus,
    RoleName,
    Schedule,
    Version,
    VersionStatus,
)
from server.tables.columns import now

_DEVICES_AN_AREA = 3


class World:
    """A filled database and what the fleet must know."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.upgrade(self.database)
        self._areas: list[Area] = []
        self._devices: dict[str, list[str]] = {}
        self._passwords: dict[str, str] = {}

    def found(self, devices: int) -> None:
        """The commune, its people, and enrolled devices, three to a village."""
        KeyStore(self.database, self.settings.key_dir, self.settings.station).open()
        with self.database.write() as session:
            commune = Area(code="xa", name="Xã", level=AreaLevel.COMMUNE)
            session.add(commune)
            session.flush()
            self._officer = Person(
                username="canbo",
                name="Cán bộ",
                role=RoleName.OFFICER,
                area_id=commune.id,
                password_hash="-",  # noqa: S106  nobody signs in
            )
            session.add(self._officer)
            for number in range(-(-devices // _DEVICES_AN_AREA)):
                area = Area(code=f"thon-{number}", name=f"Thôn {number}", level=AreaLevel.VILLAGE, parent_id=commune.id)
                session.add(area)
                self._areas.append(area)
        for number in range(devices):
            self._enrol(f"loa-{number:03d}", self._areas[number // _DEVICES_AN_AREA])

    def _enrol(self, speaker_id: str, area: Area) -> None:
        key = new_key(self.settings.station, speaker_id)
        key.save(self._key_file(speaker_id))
        with self.database.write() as session:
            speakers.create(session, self._officer, speaker_id=speaker_id, name=speaker_id, area_id=area.id)
            code, _ = speakers.offer_claim(session, self._officer, speaker_id)
            request = EnrolRequest(claim_code=code, public_key=key.public.x)
            _, self._passwords[speaker_id] = speakers.enrol(session, request, self.settings.station)
        self._devices.setdefault(area.id, []).append(speaker_id)

    def _key_file(self, speaker_id: str) -> Path:
        return self.settings.data_dir / "fleet" / f"{speaker_id}.json"

    def accounts(self) -> dict[str, str]:
        """What the broker is to know: name → password hash."""
        return {speaker_id: hash_password(password) for speaker_id, password in self._passwords.items()}

    def write_fleet(self, file: Path, broker: BrokerAddress) -> None:
        """What the fleet's process needs."""
        with self.database.read() as session:
            trust = trust_set(session)
        devices = [
            {
                "id": speaker_id,
                "key_file": str(self._key_file(speaker_id)),
                "access": BrokerAccess(
                    host=broker.host, port=broker.port, username=speaker_id, password=password
                ).model_dump(),
            }
            for speaker_id, password in self._passwords.items()
        ]
        plan = {"station": self.settings.station, "trust": trust.model_dump(mode="json"), "devices": devices}
        file.write_text(json.dumps(plan))

    def schedule(self, number: int, due_at: datetime, max_start_delay_s: float) -> list[tuple[str, str]]:
        """One broadcast with a title of its own to one village; the (device, title) pairs to be heard."""
        area, title = self._areas[number % len(self._areas)], f"tin-{number:05d}"
        sha256 = hashlib.sha256(title.encode()).hexdigest()
        with self.database.write() as session:
            bulletin = Bulletin(title=title, area_id=area.id, author_id=self._officer.id)
            session.add(bulletin)
            session.flush()
            version = Version(
                bulletin_id=bulletin.id, number=1, status=VersionStatus.APPROVED, script={}, author_id=self._officer.id
            )
            session.add(version)
            session.flush()
            session.add(
                Production(
                    version_id=version.id, edit_count=0, voice="v", status=ProductionStatus.READY, sha256=sha256,
                    bytes=1000, duration_ms=1000, finished_at=now(),
                )
            )  # fmt: skip
            planned = Schedule(
                version_id=version.id,
                area_id=area.id,
                start_at=due_at,
                max_start_delay_s=max_start_delay_s,
                duration_ms=1000,
                created_by=self._officer.id,
            )
            session.add(planned)
            session.flush()
            materialise_one(session, planned, now(), self.settings.timezone)  # as the API does, in the same transaction
        return [(speaker_id, title) for speaker_id in self._devices[area.id]]

    def not_played(self) -> dict[str, int]:
        """How many deliveries the station believes to stand elsewhere than at PLAYED, by state."""
        with self.database.read() as session:
            states = Counter(session.exec(select(Delivery.state)).all())
        return {str(state): count for state, count in states.items() if state != State.PLAYED}
