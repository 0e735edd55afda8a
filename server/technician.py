"""What a technician's board shows: every speaker with its chain, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session, col, func, select

from protocol.messages import Finding, SelfTestReport
from protocol.policy import Policy
from protocol.states import State
from schedules.policy import judge
from server.chain import STALE_PROOF, Chain, Outcome, Signs, chain
from server.tables import Delivery, DeviceEvent, Fault, Speaker

_ENDED = (State.PLAYED, State.CUT, State.FAILED)
_LOOKED_BACK = timedelta(days=7)
_LOOKED_AT = 50
_TEST = timedelta(seconds=10)


@dataclass(frozen=True)
class Row:
    """A speaker on the board."""

    speaker: Speaker
    chain: Chain

    @property
    def order(self) -> tuple[bool, int, datetime]:
        """The worst first: how far a broadcast gets, then the longest broken; what is in repair comes last."""
        broken = self.chain.broken
        return (self.speaker.in_repair, self.chain.rank, (broken and broken.since) or self.speaker.created_at)


def board(session: Session, speakers: Sequence[Speaker], at: datetime) -> list[Row]:
    """Their chains, the worst first."""
    ids = [speaker.id for speaker in speakers]
    outcomes, faults = _outcomes(session, ids, at), _faults(session, ids)
    heard, tests = _two_last_heard(session), _tests(session, ids, at)
    rows = [
        Row(
            speaker,
            chain(
                _signs(
                    speaker,
                    at,
                    outcomes.get(speaker.id),
                    faults.get(speaker.id, {}),
                    heard,
                    tests.get(speaker.id),
                )
            ),
        )
        for speaker in speakers
    ]
    return sorted(rows, key=lambda row: row.order)


@dataclass(frozen=True)
class Told:
    """What a box told of itself lately, besides its broadcasts."""

    self_test: SelfTestReport | None
    """The newest of all."""
    tested_at: datetime | None
    refusals: tuple[tuple[datetime, str], ...]
    """What it did not believe, the newest first, each kind once: when, and the code."""


def told(session: Session, speaker_id: str, since: datetime) -> Told:
    """What the technician should know of it."""

    def newest(kind: str, limit: int) -> Sequence[DeviceEvent]:
        return session.exec(
            select(DeviceEvent)
            .where(DeviceEvent.speaker_id == speaker_id, DeviceEvent.type == kind)
            .order_by(col(DeviceEvent.at).desc())
            .limit(limit)
        ).all()

    report, tested_at = None, None
    for event in newest("self_test", 1):
        try:
            report, tested_at = SelfTestReport.model_validate(event.data), event.at
        except ValidationError:  # a newer box than this station
            continue
    refusals: dict[str, datetime] = {}
    for event in newest("refused", _LOOKED_AT):
        if event.at >= since:
            refusals.setdefault(str(event.data.get("refusal", "")), event.at)
    return Told(report, tested_at, tuple((at, code) for code, at in refusals.items()))


def may_sound(rules: Policy, hour: time, at: datetime) -> bool:
    """Whether a self-test at that hour of the day of `at` would be within the hours that hold there."""
    zone = ZoneInfo(rules.timezone)
    start = datetime.combine(at.astimezone(zone).date(), hour, zone)
    return judge(rules, start, _TEST) is None


def _signs(
    speaker: Speaker,
    at: datetime,
    outcome: Outcome | None,
    faults: dict[str, datetime],
    heard: Sequence[tuple[str, datetime]],
    tested_at: datetime | None,
) -> Signs:
    health = speaker.health
    return Signs(
        at=at,
        enrolled=speaker.enrolled_at is not None,
        online=speaker.online,
        presence_at=speaker.presence_at,
        last_heard_at=speaker.last_heard_at,
        others_heard_at=next((when for other, when in heard if other != speaker.id), None),
        under_voltage=health.get("under_voltage"),
        outcome=outcome,
        faults=faults,
        tested_at=tested_at,
    )


def _outcomes(session: Session, ids: Sequence[str], at: datetime) -> dict[str, Outcome]:
    """How the last broadcast ended at each."""
    last = (
        select(Delivery.speaker_id, func.max(Delivery.changed_at).label("changed_at"))
        .where(
            col(Delivery.speaker_id).in_(ids),
            col(Delivery.state).in_(_ENDED),
            col(Delivery.changed_at) > at - _LOOKED_BACK,
        )
        .group_by(col(Delivery.speaker_id))
        .subquery()
    )
    rows = session.exec(
        select(Delivery).join(
            last,
            (col(Delivery.speaker_id) == last.c.speaker_id) & (col(Delivery.changed_at) == last.c.changed_at),
        )
    )
    return {
        row.speaker_id: Outcome(
            at=row.changed_at, played=row.state is not State.FAILED, reason=row.reason, evidence=row.evidence
        )
        for row in rows
    }


def _tests(session: Session, ids: Sequence[str], at: datetime) -> dict[str, datetime]:
    """When each was heard by its own acoustic self-test: the newest one counts, and only if it found the horn good."""
    rows = session.exec(
        select(DeviceEvent.speaker_id, DeviceEvent.at, DeviceEvent.data)
        .where(
            col(DeviceEvent.at) > at - STALE_PROOF,
            DeviceEvent.type == "self_test",
            col(DeviceEvent.speaker_id).in_(ids),
        )
        .order_by(col(DeviceEvent.at), col(DeviceEvent.seq))
    )
    found: dict[str, datetime] = {}
    for speaker_id, tested_at, data in rows:
        found.pop(speaker_id, None)
        try:
            report = SelfTestReport.model_validate(data)
        except ValidationError:  # a newer box than this station
            continue
        if report.finding is Finding.GOOD and not report.monitor:
            found[speaker_id] = tested_at
    return found


def _faults(session: Session, ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """Speaker → kinds of its open faults → since when."""
    found: dict[str, dict[str, datetime]] = {}
    for fault in session.exec(select(Fault).where(col(Fault.speaker_id).in_(ids), col(Fault.resolved_at).is_(None))):
        kinds = found.setdefault(fault.speaker_id, {})
        kinds[fault.kind] = min(fault.occurred_at, kinds.get(fault.kind, fault.occurred_at))
    return found


def _two_last_heard(session: Session) -> list[tuple[str, datetime]]:
    """The two speakers of the whole station that were heard last: one of them is "another" for every speaker."""
    rows = session.exec(
        select(Speaker.id, Speaker.last_heard_at)
        .where(col(Speaker.last_heard_at).is_not(None))
        .order_by(col(Speaker.last_heard_at).desc())
        .limit(2)
    )
    return [(speaker_id, heard) for speaker_id, heard in rows if heard is not None]
