"""The configuration of each device: policy of its area, keys to believe, volume. Published when it changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

import structlog
from sqlalchemy import select as columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol import topics
from protocol.envelope import Kind, seal
from protocol.ids import next_revision
from protocol.keys import TrustSet, device_owner
from protocol.messages import Config
from protocol.policy import Policy
from server import policy
from server.air import lease
from server.air.keys import KeyStore, trust_set
from server.air.manifest import digest
from server.database import Database
from server.tables import Area, AreaPolicy, Speaker
from server.tables.columns import now as present

_CHUNK = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Change:
    speaker_id: str
    body: Config
    digest: str


class Configurator:
    """Turns rules, keys and settings into signed, retained messages."""

    def __init__(self, database: Database, keys: KeyStore, station: str, holder: str, zone: str) -> None:
        self._database = database
        self._keys = keys
        self._station = station
        self._holder = holder
        self._zone = zone

    def configs(self) -> Iterator[list[tuple[str, str]]]:
        """(topic, token) for whom something changed; each list is committed and may be sent. Raises LeaseLostError."""
        with self._database.read() as session:
            changes = self._changes(session)
        for start in range(0, len(changes), _CHUNK):
            with self._database.write() as session, session.no_autoflush:
                lease.require(session, self._holder)
                messages = self._publish(session, changes[start : start + _CHUNK])
            yield messages

    def _changes(self, session: Session) -> list[_Change]:
        trust = trust_set(session)
        policies = policies_by_area(session, self._zone)
        bodies: dict[tuple[int, int, time | None], tuple[Config, str]] = {}
        changes = []
        wishes = columns(
            col(Speaker.id), col(Speaker.area_id), col(Speaker.volume_percent), col(Speaker.self_test_at),
            col(Speaker.config_digest),
        ).where(col(Speaker.enrolled_at).is_not(None))  # fmt: skip
        for speaker_id, area_id, volume, test_at, known in session.execute(wishes):
            rules = policies[area_id]
            key = id(rules), volume, test_at
            if key not in bodies:
                bodies[key] = _body(rules, trust, volume, test_at)
            body, fresh = bodies[key]
            if fresh != known:
                changes.append(_Change(speaker_id, body, fresh))
        return changes

    def _publish(self, session: Session, changes: Sequence[_Change]) -> list[tuple[str, str]]:
        now = present()
        speakers = session.exec(
            select(Speaker)
            .where(
                col(Speaker.id).in_([change.speaker_id for change in changes]), col(Speaker.enrolled_at).is_not(None)
            )
            .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
        )
        enrolled = {speaker.id: speaker for speaker in speakers}
        messages = []
        for change in changes:
            speaker = enrolled.get(change.speaker_id)
            if speaker is None:  # its box was expelled meanwhile
                continue
            rev = next_revision(now, speaker.config_rev)
            owner = device_owner(self._station, speaker.id)
            token = seal(Kind.CONFIG, change.body, key=self._keys.station, audience=owner, rev=rev, now=now)
            speaker.config_rev, speaker.config_token, speaker.config_digest = rev, token, change.digest
            log.info("config published", speaker=speaker.id, rev=rev)
            messages.append((topics.device(self._station, speaker.id, "config"), token))
        return messages


def _body(rules: Policy, trust: TrustSet, volume: int, test_at: time | None) -> tuple[Config, str]:
    body = Config(policy=rules, trust=trust, volume_percent=volume, self_test_at=test_at)
    return body, digest(body)


def policies_by_area(session: Session, zone: str) -> dict[str, Policy]:
    """The policy of every area. Areas that the same rules hold for share one object, so a province costs no more than a commune."""
    parents = dict(session.exec(select(Area.id, Area.parent_id)).all())
    ruling = set(session.exec(select(AreaPolicy.area_id)).all())
    by_rulers: dict[tuple[str, ...], Policy] = {}
    found = {}
    for area_id in parents:
        rulers = []
        above: str | None = area_id
        while above is not None:
            if above in ruling:
                rulers.append(above)
            above = parents.get(above)
        key = tuple(rulers)
        if key not in by_rulers:
            by_rulers[key] = policy.effective(session, area_id, zone)
        found[area_id] = by_rulers[key]
    return found
