"""A commune after a year of work: what every page has to read when the station is no longer new."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from loa.station_load.archive import TWO_PAGES
from protocol.messages import Operation
from protocol.priorities import Priority
from protocol.states import State
from server import audit, schema
from server.database import Database
from server.people.sign_in import LASTS
from server.settings import Settings
from server.tables import (
    Area,
    AreaLevel,
    AreaPolicy,
    Bulletin,
    Delivery,
    DeviceCommand,
    DeviceEvent,
    DictionaryRow,
    Fault,
    FaultNote,
    Feedback,
    FeedbackKind,
    FeedbackStatus,
    HealthSample,
    InboxMessage,
    InboxStatus,
    Notice,
    Occurrence,
    OccurrenceStatus,
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

DAYS, AHEAD = 365, 8
VILLAGES, A_VILLAGE = 20, 2
"""Villages, and speakers in each."""
_A_DAY = 8
"""Broadcasts of the commune a day; each village has one of its own in the morning and one in the evening."""
_EVERY_DAY = timedelta(days=1)
_TICKETS, _FAULTS, _MESSAGES, _WORDS, _ACTS, _COMMANDS = 3000, 1500, 1500, 300, 10_000, 2000
_SAMPLES_A_DAY, _SAMPLED_DAYS = 144, 30
_CHUNK = 2000
_TIMELINE = [
    {
        "index": number, "sentence_id": sentence["id"], "text": sentence["spoken"], "start_ms": number * 4000,
        "end_ms": number * 4000 + 3900,
    }
    for number, sentence in enumerate(TWO_PAGES["sentences"])
]  # fmt: skip
_ROLES = {
    "canbo": RoleName.OFFICER, "lanhdao": RoleName.LEADER, "truongthon": RoleName.VILLAGE_HEAD, "kythuat": RoleName.TECHNICIAN,
}  # fmt: skip
_ENDS = (State.PLAYED,) * 17 + (State.MISSED, State.CUT, State.UNKNOWN)


class _Rows:
    """Rows of one table, with the defaults of its class, written when there are enough of them."""

    def __init__(self, session: Session, table: type[SQLModel], *named: "_Rows") -> None:
        """`named` are the rows that these name: they are written first."""
        self._session = session
        self._named = named
        self._table = table
        self._defaults = [name for name, info in table.model_fields.items() if not info.is_required()]
        self._waiting: list[dict[str, Any]] = []

    def add(self, **values: Any) -> str:
        """One more; its id, if it has one."""
        fields = self._table.model_fields
        made = {name: fields[name].get_default(call_default_factory=True) for name in self._defaults} | values
        self._waiting.append(made)
        if len(self._waiting) >= _CHUNK:
            self.flush()
        return str(made.get("id", ""))

    def flush(self) -> None:
        """Write what waits."""
        for rows in self._named:
            rows.flush()
        if self._waiting:
            self._session.execute(insert(self._table), self._waiting)
        self._waiting.clear()


class Year:
    """Writes the year into an empty database; `tokens` opens its pages as each role, by user name."""

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.tokens: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self.bulletin_id = self.version_id = ""
        """The last one that was aired."""
        database = Database(settings.database)
        schema.upgrade(database)
        self._at = now()
        with database.write() as session:
            self._found(session)
            self._bulletins(session)
            self._broadcasts(session)
            self._devices(session)
            self._correspondence(session)
        database.close()

    def _found(self, session: Session) -> None:
        """The commune, its villages, people and rules."""
        self.commune = Area(code="xa", name="Xã Khuổi Nằn", level=AreaLevel.COMMUNE)
        session.add(self.commune)
        session.flush()
        self.villages = [
            Area(code=f"thon-{n}", name=f"Thôn {n}", level=AreaLevel.VILLAGE, parent_id=self.commune.id)
            for n in range(1, VILLAGES + 1)
        ]
        session.add_all(self.villages)
        session.flush()
        for username, role in _ROLES.items():
            home = self.villages[0] if role is RoleName.VILLAGE_HEAD else self.commune
            person = Person(username=username, name=f"Người {username}", role=role, area_id=home.id, password_hash="")
            self.people[username] = person
            session.add(person)
            session.flush()
            self.tokens[username] = token = f"year-{username}"
            digest = hashlib.sha256(token.encode()).hexdigest()
            session.add(SignIn(token_sha256=digest, person_id=person.id, expires_at=self._at + LASTS))
        self.officer, self.head = self.people["canbo"], self.people["truongthon"]
        hours = {"allowed": [{"start": "00:00", "end": "00:00"}]}
        session.add(AreaPolicy(area_id=self.commune.id, policy=hours, set_by=self.officer.id))
        self.speakers = {
            area.id: [f"loa-{n}-{m}" for m in range(A_VILLAGE)] for n, area in enumerate(self.villages, start=1)
        }
        for area in self.villages:
            for number, speaker_id in enumerate(self.speakers[area.id]):
                session.add(
                    Speaker(
                        id=speaker_id, name=f"Loa {number + 1} {area.name}", area_id=area.id, enrolled_at=self._at,
                        latitude=22.3 + len(speaker_id) / 100, longitude=105.8 + number / 50, agent_version="1.0",
                        desired_token="x" * 20_000, health={"temperature_c": 41.5}, reported={"clock": "synced"},
                        last_heard_at=self._at,
                    )
                )  # fmt: skip
        session.flush()

    def _bulletins(self, session: Session) -> None:
        """One for each broadcast of the commune that says something new, all approved, and some on their way."""
        bulletins = _Rows(session, Bulletin)
        versions = _Rows(session, Version, bulletins)
        productions = _Rows(session, Production, versions)
        self.aired: list[str] = []
        for number in range(DAYS * _A_DAY):
            made = self._at - timedelta(days=DAYS) + _EVERY_DAY / _A_DAY * number
            bulletin_id = bulletins.add(
                title=f"Thông báo số {number} về việc họp thôn", area_id=self.commune.id, author_id=self.officer.id,
                created_at=made,
            )  # fmt: skip
            newest = number >= DAYS * _A_DAY - 20
            status = (VersionStatus.DRAFT, VersionStatus.SUBMITTED)[number % 2] if newest else VersionStatus.APPROVED
            version_id = versions.add(
                bulletin_id=bulletin_id, number=1, status=status, script=TWO_PAGES, author_id=self.officer.id,
                created_at=made, submitted_at=made, decided_at=made,
            )  # fmt: skip
            productions.add(
                version_id=version_id, edit_count=0, voice="kokoro-vi-nu", spoken_by="kokoro-vi-nu",
                status=ProductionStatus.READY, sha256=f"{number:064x}", bytes=400_000, duration_ms=90_000, created_at=made,
                finished_at=made, heard_at=made,
                timeline=_TIMELINE,
            )  # fmt: skip
            if not newest:
                self.aired.append(version_id)
                self.bulletin_id, self.version_id = bulletin_id, version_id
        productions.flush()

    def _broadcasts(self, session: Session) -> None:
        """A year of them with every speaker's report, and the days to come."""
        self._schedules = _Rows(session, Schedule)
        self._occurrences = _Rows(session, Occurrence, self._schedules)
        self._deliveries = _Rows(session, Delivery, self._occurrences)
        midnight = self._at.replace(hour=17, minute=0, second=0, microsecond=0) - timedelta(days=DAYS + 1)
        everywhere = [speaker for found in self.speakers.values() for speaker in found]
        for day in range(DAYS + AHEAD):
            for number in range(_A_DAY):
                version_id = self.aired[(day * _A_DAY + number) % len(self.aired)]
                due_at = midnight + day * _EVERY_DAY + timedelta(hours=5, minutes=30 + 90 * number)
                self._broadcast(version_id, self.commune, everywhere, due_at)
            for number, village in enumerate(self.villages):
                for hour in (6, 18):
                    due_at = midnight + day * _EVERY_DAY + timedelta(hours=hour, minutes=number)
                    self._broadcast(self.aired[day], village, self.speakers[village.id], due_at)
        self._deliveries.flush()

    def _broadcast(self, version_id: str, area: Area, speakers: list[str], due_at: datetime) -> None:
        over = due_at < self._at
        schedule_id = self._schedules.add(
            version_id=version_id, area_id=area.id, start_at=due_at, duration_ms=90_000, created_by=self.officer.id,
            created_at=due_at - _EVERY_DAY,
        )  # fmt: skip
        occurrence_id = self._occurrences.add(
            schedule_id=schedule_id, version_id=version_id, due_at=due_at, not_after=due_at + timedelta(minutes=1),
            status=OccurrenceStatus.PUBLISHED, created_at=due_at - _EVERY_DAY,
        )  # fmt: skip
        for number, speaker_id in enumerate(speakers):
            state = _ENDS[(number + due_at.day) % len(_ENDS)] if over else State.READY
            played = state is State.PLAYED
            self._deliveries.add(
                occurrence_id=occurrence_id, speaker_id=speaker_id, state=state, published_at=due_at, changed_at=due_at,
                updated_at=min(due_at, self._at - timedelta(minutes=1)), started_at=due_at if played else None,
                start_error_ms=3.0 if played else None, played_ms=90_000 if played else None,
                reason="no_audio" if state is State.MISSED else "",
            )  # fmt: skip

    def _devices(self, session: Session) -> None:
        """What boxes measured and said, what was asked of them, what broke."""
        samples, events, commands = (_Rows(session, t) for t in (HealthSample, DeviceEvent, DeviceCommand))
        faults = _Rows(session, Fault)
        notes = _Rows(session, FaultNote, faults)
        ids = [speaker for found in self.speakers.values() for speaker in found]
        step = _EVERY_DAY / _SAMPLES_A_DAY
        for speaker_id in ids:
            for number in range(_SAMPLES_A_DAY * _SAMPLED_DAYS):
                samples.add(
                    speaker_id=speaker_id, at=self._at - step * number, temperature_c=40.0 + number % 10, signal_dbm=-90,
                    clock_offset_ms=2.0, disk_free_mb=20_000,
                )  # fmt: skip
            for number in range(DAYS * 3):
                at = self._at - _EVERY_DAY / 3 * number
                data = {"job_id": f"j-{number}", "state": "PLAYED"}
                events.add(
                    speaker_id=speaker_id, epoch="e0", seq=DAYS * 3 - number, at=at, received_at=at, type="job", data=data
                )  # fmt: skip
        for number in range(_COMMANDS):
            at = self._at - timedelta(hours=4) * number
            commands.add(
                speaker_id=ids[number % len(ids)], op=Operation.SELF_TEST, ordered_at=at, expires_at=at, sent_at=at,
                answered_at=at, ok=True, detail="good",
            )  # fmt: skip
        for number in range(_FAULTS):
            at, open_still = self._at - timedelta(hours=5) * (_FAULTS - number), number > _FAULTS - 10
            fault_id = faults.add(
                speaker_id=ids[number % len(ids)], kind="silent", text="Loa không kêu từ sáng.", occurred_at=at,
                reported_by=self.head.id, resolved_at=None if open_still else at, resolved_by=self.officer.id,
            )  # fmt: skip
            notes.add(fault_id=fault_id, person_id=self.people["kythuat"].id, at=at, text="Đã thay dây.")
        for rows in (samples, events, commands, notes):
            rows.flush()

    def _correspondence(self, session: Session) -> None:
        """Words of residents, messages of the province, notices, the dictionary, the log."""
        feedback, messages, words, notices = (
            _Rows(session, t) for t in (Feedback, InboxMessage, DictionaryRow, Notice)
        )
        for number in range(_TICKETS):
            at, new = self._at - timedelta(hours=3) * (_TICKETS - number), number > _TICKETS - 200
            feedback.add(
                code=f"{number:010d}", kind=list(FeedbackKind)[number % len(FeedbackKind)], text="Loa kêu to quá. " * 5,
                area_id=self.villages[number % VILLAGES].id, created_at=at, version_id=self.aired[number % len(self.aired)],
                status=FeedbackStatus.NEW if new else FeedbackStatus.ANSWERED, answer="" if new else "Xã đã giảm âm lượng.",
                answered_by=None if new else self.officer.id, answered_at=None if new else at, published=not new,
            )  # fmt: skip
        for number in range(_MESSAGES):
            at, new = self._at - timedelta(hours=6) * (_MESSAGES - number), number > _MESSAGES - 20
            messages.add(
                source="tinh", remote_id=str(number), area_id=self.commune.id, priority=Priority.NORMAL, received_at=at,
                title=f"Công văn số {number}", text="Tuyên truyền phòng chống cháy rừng. " * 100,
                status=InboxStatus.NEW if new else InboxStatus.ANSWERED, answer="" if new else "aired",
            )  # fmt: skip
        for number in range(_WORDS):
            words.add(
                area_id=self.commune.id, key=f"{number:064x}", written=f"TXT{number}", spoken="tê ích tê", set_by=self.officer.id
            )  # fmt: skip
        for person in self.people.values():
            for number in range(_CHUNK):
                at = self._at - timedelta(hours=4) * (_CHUNK - number)
                notices.add(
                    person_id=person.id, kind="approval_due", object=f"s-{number}", text=f"Việc số {number} chưa xong.",
                    path="/", at=at, read_at=at if number < _CHUNK - 30 else None,
                )  # fmt: skip
        for rows in (feedback, messages, words, notices):
            rows.flush()
        for number in range(_ACTS):
            audit.record(session, self.officer.id, "bulletin.edit", self.bulletin_id, sentence=number)
            if number % _CHUNK == 0:
                session.flush()
                session.expunge_all()
