"""Emergencies (khẩn cấp): one act of a person with the right, with confirmation and the authority's name; until its all-clear.

The order is a token of the emergency key. The very same bytes go out on `alert`, stand in every concerned device's manifest
while in force, and so reach a device over the poll too: a dead broker does not mute it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from protocol.envelope import Kind, seal
from protocol.jobs import Audio, Job, Repeat
from protocol.keys import SigningKey, station_owner
from protocol.messages import Alert
from protocol.priorities import Priority
from protocol.states import ENDS, State
from server import areas, audit, cap, drills, groups
from server.air import revisions
from server.air.manifest import audio_of_versions
from server.bulletins import store
from server.deliveries import move
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.people import rights
from server.scheduling.due import speakers_of
from server.tables import (
    Area,
    Bulletin,
    Delivery,
    Emergency,
    Occurrence,
    OccurrenceStatus,
    Person,
    PreparedEmergency,
    Schedule,
    Speaker,
    SpeakerGroup,
    Version,
    VersionStatus,
)
from server.tables.columns import now

HAZARDS = ("flood", "storm", "fire", "dam_release", "epidemic", "search", "other")
LONGEST = timedelta(hours=72)
_REPEAT = Repeat(count=1000, gap_s=10.0)
"""Again and again, with time to draw breath, until the all-clear or the end."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Order:
    """What somebody orders. Exactly one of `version_id` and `prepared_id`; `area_id` is an id or a code."""

    area_id: str
    authority: str
    confirm: bool
    version_id: str = ""
    prepared_id: str = ""
    lasts: timedelta = timedelta(hours=6)
    test: bool = False
    """A drill: signed as a test, spoken as a drill, kept out of statistics."""
    group_id: str = ""
    """Only to the speakers of this group, which lies at or below the area."""


def order(session: Session, person: Person, wish: Order, *, key: SigningKey, station: str) -> Emergency:
    """Raise an emergency. Only inside `Database.write()`; the caller kicks the gateway after the commit.

    Raises NotFoundError, ForbiddenError, InvalidInputError (not confirmed, no authority), ConflictError (not approved, no audio).
    """
    area = areas.find(session, wish.area_id)
    rights.require(session, person, rights.Action.EMERGENCY, area.id, Priority.EMERGENCY)
    group = groups.within(session, person, wish.group_id, area)
    authority = _authority(wish)
    version, bulletin = _message(session, person, wish)
    audio = audio_of_versions(session, [version.id]).get(version.id)
    if audio is None:
        raise ConflictError("Tin này chưa có tiếng hoàn chỉnh nên chưa phát khẩn cấp được. Hãy dựng tiếng trước.")
    at = now()
    schedule, occurrence = _scheduled(session, person, wish, version.id, area, group, audio, at)
    concerned = speakers_of(session, schedule)
    if not concerned:
        raise ConflictError(f"{f'Nhóm “{group.name}”' if group else area.name} chưa có cụm loa nào sẵn sàng.")
    job = Job(
        job_id=occurrence.id,
        priority=Priority.EMERGENCY,
        title=bulletin.title[:200],
        not_before=at,
        start_at=at,
        max_start_delay_s=schedule.max_start_delay_s,
        not_after=occurrence.not_after,
        repeat=_REPEAT,
        audio=audio,
        test=wish.test,
    )
    body = Alert(job=job, devices=_devices(session, concerned), authority=authority)
    rev = revisions.rise(session, "alert", at)
    emergency = Emergency(
        id=occurrence.id,
        area_id=area.id,
        authority=authority,
        ordered_by=person.id,
        ordered_at=at,
        alert_rev=rev,
        alert_token=_sealed(body, key, station, rev, at, occurrence.not_after),
    )
    session.add(emergency)
    _hand_over(session, occurrence, concerned, at)
    session.flush()
    audit.record(
        session, person.id, "emergency.order", emergency.id,
        area=area.id, group=group.id if group else None, authority=authority, version=version.id, audio_sha256=audio.sha256,
        test=wish.test,
    )  # fmt: skip
    log.warning("emergency ordered", emergency=emergency.id, area=area.code, speakers=len(concerned), test=wish.test)
    return emergency


def all_clear(session: Session, person: Person, emergency_id: str, *, key: SigningKey, station: str) -> Emergency:
    """End an emergency: every device is told to stop, and answers. Raises NotFoundError, ForbiddenError, ConflictError."""
    emergency = session.get(Emergency, emergency_id)
    occurrence = session.get(Occurrence, emergency_id)
    if emergency is None or occurrence is None:
        raise NotFoundError("Không có tin khẩn cấp này.")
    rights.require(session, person, rights.Action.EMERGENCY, emergency.area_id, Priority.EMERGENCY)
    if emergency.cleared_at is not None:
        raise ConflictError("Tin khẩn cấp này đã được chấm dứt.")
    at = now()
    body = Alert(all_clear=emergency.id, authority=emergency.authority)
    emergency.clear_rev = revisions.rise(session, "alert", at)
    # believed as long as the order itself could be, however late the device hears of it
    emergency.clear_token = _sealed(body, key, station, emergency.clear_rev, at, occurrence.not_after + LONGEST)
    emergency.cleared_by, emergency.cleared_at = person.id, at
    session.add(emergency)
    occurrence.status = OccurrenceStatus.WITHDRAWN
    session.add(occurrence)
    for delivery, speaker in session.exec(
        select(Delivery, Speaker)
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(Delivery.occurrence_id == emergency.id)
    ).all():
        speaker.desired_stale = True
        session.add(speaker)
        if delivery.state in ENDS or (delivery.state is State.QUEUED and move(delivery, State.WITHDRAWN, at=at)):
            continue
        delivery.cancel_requested_at = delivery.cancel_published_at = at
        session.add(delivery)
    audit.record(session, person.id, "emergency.all_clear", emergency.id)
    log.warning("emergency cleared", emergency=emergency.id)
    return emergency


def prepare(session: Session, person: Person, *, hazard: str, version_id: str, area_id: str) -> PreparedEmergency:
    """Have an approved message on the disks of an area's devices before anybody needs it. Raises as `order`."""
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.EMERGENCY, area.id, Priority.EMERGENCY)
    if hazard not in HAZARDS:
        raise InvalidInputError(f"Loại hiểm họa phải là một trong: {', '.join(HAZARDS)}.")
    store.find_version(session, person, version_id)
    version, _ = _approved(session, version_id)
    if version.id not in audio_of_versions(session, [version.id]):
        raise ConflictError("Tin này chưa có tiếng hoàn chỉnh. Hãy dựng tiếng trước.")
    prepared = PreparedEmergency(hazard=hazard, version_id=version.id, area_id=area.id, created_by=person.id)
    session.add(prepared)
    _mark_below(session, area.id)
    session.flush()
    audit.record(session, person.id, "emergency.prepare", prepared.id, hazard=hazard, version=version.id, area=area.id)
    return prepared


def retire(session: Session, person: Person, prepared_id: str) -> PreparedEmergency:
    """Take a prepared message off the devices. Raises NotFoundError, ForbiddenError."""
    prepared = session.get(PreparedEmergency, prepared_id)
    if prepared is None or prepared.retired_at is not None:
        raise NotFoundError("Không có tin khẩn cấp soạn sẵn này.")
    rights.require(session, person, rights.Action.EMERGENCY, prepared.area_id, Priority.EMERGENCY)
    prepared.retired_at = now()
    session.add(prepared)
    _mark_below(session, prepared.area_id)
    audit.record(session, person.id, "emergency.retire", prepared.id)
    return prepared


def in_the_air(session: Session, at: datetime) -> list[tuple[int, str]]:
    """(revision, token) of every order in force and every all-clear of late, oldest first: what `alert` must have carried."""
    rows = session.exec(
        select(Emergency)
        .join(Occurrence, col(Emergency.id) == col(Occurrence.id))
        .where(col(Occurrence.not_after) > at)
    ).all()
    tokens = [(row.clear_rev, row.clear_token) if row.cleared_at else (row.alert_rev, row.alert_token) for row in rows]
    return sorted(tokens)


def _authority(wish: Order) -> str:
    """Who ordered it, of an order that is meant and has an end."""
    authority = " ".join(wish.authority.split())
    if not wish.confirm:
        raise InvalidInputError("Phát tin khẩn cấp cần xác nhận. Hãy đánh dấu xác nhận rồi gửi lại.")
    if not 3 <= len(authority) <= 200:
        raise InvalidInputError("Phát tin khẩn cấp phải ghi rõ người ra lệnh, ví dụ “Chủ tịch UBND xã Nguyễn Văn A”.")
    if not timedelta(minutes=1) <= wish.lasts <= LONGEST:
        raise InvalidInputError("Tin khẩn cấp có hiệu lực từ 1 phút đến 72 giờ.")
    return authority


def _scheduled(
    session: Session,
    person: Person,
    wish: Order,
    version_id: str,
    area: Area,
    group: SpeakerGroup | None,
    audio: Audio,
    at: datetime,
) -> tuple[Schedule, Occurrence]:
    """On the schedule like anything that sounds, from now on; not beyond the alert that the message was drafted from."""
    ends_at = at + wish.lasts
    alert = cap.in_force(session, version_id, at)
    if alert is not None and alert.expires_at is not None:
        ends_at = min(ends_at, alert.expires_at)
    schedule = Schedule(
        version_id=version_id,
        area_id=area.id,
        group_id=group.id if group else None,
        start_at=at,
        max_start_delay_s=(ends_at - at).total_seconds(),
        duration_ms=audio.duration_ms,
        test=wish.test,
        created_by=person.id,
    )
    session.add(schedule)
    session.flush()
    occurrence = Occurrence(
        schedule_id=schedule.id,
        version_id=version_id,
        due_at=at,
        not_after=ends_at,
        status=OccurrenceStatus.PUBLISHED,
    )
    session.add(occurrence)
    session.flush()
    return schedule, occurrence


def _hand_over(session: Session, occurrence: Occurrence, concerned: list[Speaker], at: datetime) -> None:
    """A delivery to each speaker; those that were never enrolled are told nothing, and the report says so."""
    for speaker in concerned:
        delivery = Delivery(occurrence_id=occurrence.id, speaker_id=speaker.id)
        if speaker.enrolled_at is not None:
            move(delivery, State.UNKNOWN, at=at)
            delivery.published_at = at
            speaker.desired_stale = True
            session.add(speaker)
        session.add(delivery)


def _message(session: Session, person: Person, wish: Order) -> tuple[Version, Bulletin]:
    if bool(wish.version_id) == bool(wish.prepared_id):
        raise InvalidInputError("Hãy chọn đúng một: bản tin đã duyệt, hoặc tin khẩn cấp soạn sẵn.")
    prepared = session.get(PreparedEmergency, wish.prepared_id) if wish.prepared_id else None
    known = prepared is not None and prepared.retired_at is None
    if wish.prepared_id and not (known and prepared and prepared.area_id in rights.concerned(session, person)):
        raise NotFoundError("Không có tin khẩn cấp soạn sẵn này.")
    if prepared is None:
        store.find_version(session, person, wish.version_id)
    version, _ = _approved(session, prepared.version_id if prepared else wish.version_id)
    return _approved(session, drills.fitting(session, version, prepared, test=wish.test).id)


def _approved(session: Session, version_id: str) -> tuple[Version, Bulletin]:
    version = session.get(Version, version_id)
    bulletin = session.get(Bulletin, version.bulletin_id) if version else None
    if version is None or bulletin is None:
        raise NotFoundError("Không có bản tin này.")
    if version.status is not VersionStatus.APPROVED:
        raise ConflictError("Bản tin chưa được duyệt nên chưa phát khẩn cấp được. Hãy dùng tin soạn sẵn đã duyệt.")
    return version, bulletin


def _devices(session: Session, concerned: list[Speaker]) -> tuple[str, ...] | None:
    """Whom it concerns by name, or everybody."""
    others = session.exec(
        select(Speaker.id).where(col(Speaker.id).not_in([speaker.id for speaker in concerned])).limit(1)
    ).first()
    return None if others is None else tuple(speaker.id for speaker in concerned)


def _mark_below(session: Session, area_id: str) -> None:
    for speaker in session.exec(select(Speaker).where(col(Speaker.area_id).in_(areas.below(session, area_id)))):
        speaker.desired_stale = True
        session.add(speaker)


def _sealed(body: Alert, key: SigningKey, station: str, rev: int, at: datetime, expires: datetime) -> str:
    return seal(Kind.ALERT, body, key=key, audience=station_owner(station), rev=rev, now=at, expires=expires)
