"""What devices say: verified one by one, committed in batches, acknowledged only then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol import topics
from protocol.envelope import Claims, Kind, seal, unseal
from protocol.errors import Refusal, RefusedError
from protocol.ids import next_revision
from protocol.keys import Keyring, PublicKey, device_owner, station_owner
from protocol.messages import Ack, CommandResult, EventBatch, Heartbeat, JobReport, Operation, Presence, Reported
from server import faults, health, speakers
from server.air import outbox, reports
from server.air.keys import KeyStore
from server.database import Database
from server.tables import DeviceCommand, Speaker
from server.tables.columns import now as present

_BODIES: dict[Kind, type[BaseModel]] = {
    Kind.PRESENCE: Presence,
    Kind.REPORTED: Reported,
    Kind.EVT: EventBatch,
    Kind.HB: Heartbeat,
    Kind.RES: CommandResult,
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Said:
    """A believed message: whose, what, and the revision it carried."""

    speaker_id: str
    kind: Kind
    rev: int
    body: BaseModel


@lru_cache(maxsize=20_000)
def _keyring(owner: str, x: str, role: str) -> Keyring:
    return Keyring([PublicKey.model_validate({"owner": owner, "x": x, "role": role})])


def keyring_of(public_key: Mapping[str, Any] | None) -> Keyring:
    """The only key that is believed for a device: its own. Empty while no box is enrolled."""
    return Keyring([]) if public_key is None else _keyring(public_key["owner"], public_key["x"], public_key["role"])


class Inbox:
    """Takes messages in; knows nothing of MQTT."""

    def __init__(self, database: Database, keys: KeyStore, station: str) -> None:
        self._database = database
        self._keys = keys
        self._station = station

    def take(self, messages: Sequence[tuple[str, bytes]]) -> list[tuple[str, str]]:
        """Commit what these (topic, payload) say; the acknowledgements to publish as (topic, token).

        What is not believed is logged and dropped. Raises only what the database raises: nothing was taken then.
        """
        said = self._believed(messages)
        return self._commit(said) if said else []

    def take_batch(self, speaker_id: str, token: bytes) -> str:
        """A batch of events that came over HTTP; its acknowledgement. Raises RefusedError."""
        with self._database.read() as session:
            keys = session.exec(select(Speaker.public_key).where(Speaker.id == speaker_id)).first()
        said = self._open(speaker_id, Kind.EVT, token, keyring_of(keys))
        (answer,) = self._commit([said])
        return answer[1]

    def _believed(self, messages: Sequence[tuple[str, bytes]]) -> list[Said]:
        parsed = [(topics.parse_device(topic), payload) for topic, payload in messages]
        known = {topic.device_id for topic, _ in parsed if topic is not None}
        with self._database.read() as session:
            keys = dict(session.exec(select(Speaker.id, Speaker.public_key).where(col(Speaker.id).in_(known))).all())
        said = []
        for topic, payload in parsed:
            if topic is None or topic.leaf not in topics.FROM_DEVICE or not payload:
                continue
            try:
                said.append(
                    self._open(topic.device_id, Kind(topic.leaf), payload, keyring_of(keys.get(topic.device_id)))
                )
            except RefusedError as error:
                log.warning(
                    "message refused",
                    device=topic.device_id,
                    kind=topic.leaf,
                    refusal=error.refusal,
                    detail=error.detail,
                )
        return said

    def _open(self, speaker_id: str, kind: Kind, token: bytes, keyring: Keyring) -> Said:
        claims: Claims = unseal(token, kind=kind, keyring=keyring, audience=station_owner(self._station), now=present())
        try:
            return Said(speaker_id, kind, claims.rev, _BODIES[kind].model_validate(claims.body))
        except ValidationError as error:
            raise RefusedError(Refusal.MALFORMED, f"{error.error_count()} errors in body") from error

    def _commit(self, said: Sequence[Said]) -> list[tuple[str, str]]:
        acks: dict[tuple[str, str], int] = {}
        with self._database.write() as session, session.no_autoflush:
            now = present()
            speakers = self._speakers(session, {each.speaker_id for each in said})
            stories = [(each, _reports_of(each)) for each in said if each.speaker_id in speakers]
            rows = reports.deliveries_of(session, _about(stories))
            batches = [
                (speakers[each.speaker_id], each.body) for each, _ in stories if isinstance(each.body, EventBatch)
            ]
            ledger = outbox.Ledger(session, batches, now)
            for each, told in stories:
                speaker = speakers[each.speaker_id]
                if isinstance(each.body, EventBatch):
                    fresh, acks[speaker.id, each.body.epoch] = ledger.take(speaker, each.body)
                    for event in fresh:
                        if event.seq in told:
                            reports.apply(speaker, event, told[event.seq], rows)
                        elif event.type == "fault":
                            faults.noticed(session, speaker, event)
                else:
                    _note(session, speaker, each, now)
            for speaker in speakers.values():
                speaker.last_heard_at = now
            ledger.write()
            return [self._ack(speakers[speaker_id], epoch, seq, now) for (speaker_id, epoch), seq in acks.items()]

    def _ack(self, speaker: Speaker, epoch: str, seq: int, now: datetime) -> tuple[str, str]:
        speaker.ack_rev = next_revision(now, speaker.ack_rev)
        token = seal(
            Kind.ACK,
            Ack(epoch=epoch, seq=seq, desired_rev=speaker.desired_rev),
            key=self._keys.station,
            audience=device_owner(self._station, speaker.id),
            rev=speaker.ack_rev,
            now=now,
        )
        return topics.device(self._station, speaker.id, "ack"), token

    @staticmethod
    def _speakers(session: Session, ids: Iterable[str]) -> dict[str, Speaker]:
        found = session.exec(
            select(Speaker)
            .where(col(Speaker.id).in_(ids))
            .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
        )
        return {speaker.id: speaker for speaker in found}


def _reports_of(said: Said) -> dict[int, JobReport]:
    """What a batch says about jobs, by event number."""
    if not isinstance(said.body, EventBatch):
        return {}
    found = {event.seq: reports.job_report(event) for event in said.body.events}
    return {seq: report for seq, report in found.items() if report is not None}


def _about(stories: Iterable[tuple[Said, dict[int, JobReport]]]) -> Iterable[tuple[str, JobReport]]:
    for each, told in stories:
        for report in told.values():
            yield each.speaker_id, report


def _note(session: Session, speaker: Speaker, said: Said, now: datetime) -> None:
    """Everything that is no event: the last word counts, an older one changes nothing."""
    body = said.body
    if isinstance(body, Presence):
        _note_presence(speaker, body, now)
    elif isinstance(body, Reported):
        if said.rev > speaker.reported_rev:
            speaker.reported, speaker.reported_rev = body.model_dump(mode="json"), said.rev
    elif isinstance(body, Heartbeat):
        if said.rev > speaker.health.get("rev", 0):
            before = speaker.health.get("at")
            health.keep(session, speaker.id, body, datetime.fromisoformat(before) if before else None, now)
            speaker.health = {**body.model_dump(mode="json"), "rev": said.rev, "at": now.isoformat()}
    elif isinstance(body, CommandResult):
        command = session.get(DeviceCommand, body.command_id)
        if command is not None and command.speaker_id == speaker.id and command.answered_at is None:
            command.answered_at, command.ok = now, body.ok
            command.detail, command.data = body.detail, body.data
            session.add(command)
            if body.ok and command.op is Operation.DECOMMISSION:
                # it has wiped its password; the broker forgets it at the next admission
                speakers.part(session, speaker)


def _note_presence(speaker: Speaker, body: Presence, now: datetime) -> None:
    """Sessions rise; within one, online comes before offline and never after it. A replay of either is no news."""
    if body.session < speaker.session or (body.session == speaker.session and not speaker.online):
        return
    if body.session == speaker.session and body.online:
        return
    speaker.session, speaker.online, speaker.presence_at = body.session, body.online, now
    if body.version:
        speaker.agent_version = body.version[:50]
