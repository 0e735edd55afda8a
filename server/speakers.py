"""Speakers (cụm loa): made by a person, turned into a living one by a box that shows a claim code."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from protocol.enrolment import EnrolRequest
from protocol.ids import SLUG_PATTERN
from protocol.keys import BadKeyError, PublicKey, Role, device_owner
from server import areas, audit
from server.broker import hash_password, new_password
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.people import rights
from server.tables import SELF_TEST_AT, Claim, Person, Speaker
from server.tables.columns import now

CLAIM_LASTS = timedelta(minutes=30)
LONGEST_CLAIM = timedelta(days=7)
"""For a card that is prepared in the office and put up on another day."""
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that looks like something else on a label or over the phone."""
_CODE_LENGTH = 10
_SLUG = re.compile(SLUG_PATTERN)


@dataclass(frozen=True)
class Change:
    """What is to be different about a speaker; None leaves it."""

    name: str | None = None
    area_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    in_repair: bool | None = None
    volume_percent: int | None = None
    self_test: bool | None = None
    """Whether it tests its horn once a day by itself: False ends it, True without an hour is the usual one."""
    self_test_at: time | None = None
    """The local hour of that test."""


def create(session: Session, person: Person, *, speaker_id: str, name: str, area_id: str) -> Speaker:
    """A new speaker without a box. Raises NotFoundError (area), ForbiddenError, InvalidInputError (id, name), ConflictError."""
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.SPEAKERS, area.id)
    if not _SLUG.fullmatch(speaker_id) or len(speaker_id) > 64:
        raise InvalidInputError(
            "Mã cụm loa chỉ gồm chữ thường không dấu, số và gạch nối, ví dụ “loa-na-it-1”, không quá 64 ký tự."
        )
    if session.get(Speaker, speaker_id) is not None:
        raise ConflictError(f"Mã cụm loa “{speaker_id}” đã có. Hãy dùng mã khác.")
    speaker = Speaker(id=speaker_id, name=_name(name), area_id=area.id)
    session.add(speaker)
    session.flush()
    audit.record(session, person.id, "speaker.create", speaker.id, name=speaker.name, area=area.id)
    return speaker


def find(session: Session, person: Person, speaker_id: str) -> Speaker:
    """A speaker that the person may see. Raises NotFoundError."""
    speaker = session.get(Speaker, speaker_id)
    if speaker is None or not rights.may(session, person, rights.Action.READ, speaker.area_id):
        raise NotFoundError(f"Không có cụm loa “{speaker_id[:80]}”.")
    return speaker


def manage(session: Session, person: Person, speaker_id: str) -> Speaker:
    """A speaker that the person may manage. Raises NotFoundError, ForbiddenError."""
    speaker = find(session, person, speaker_id)
    rights.require(session, person, rights.Action.SPEAKERS, speaker.area_id)
    return speaker


def change(session: Session, person: Person, speaker_id: str, wish: Change) -> Speaker:
    """Rename, move, set the volume or the hour of the self-test, put in repair.

    Raises NotFoundError, ForbiddenError, InvalidInputError.

    What was handed to the speaker before it moved stays its own; what is planned from now on goes by its new place.
    """
    speaker = manage(session, person, speaker_id)
    wishes = {name: value for name, value in vars(wish).items() if value is not None}
    if "area_id" in wishes:
        area = areas.find(session, wishes["area_id"])
        rights.require(session, person, rights.Action.SPEAKERS, area.id)
        wishes["area_id"] = area.id
    if "name" in wishes:
        wishes["name"] = _name(wishes["name"])
    if wish.self_test is not None or wish.self_test_at is not None:
        wishes.pop("self_test", None)
        wishes["self_test_at"] = _hour(wish, speaker.self_test_at)
    for name, value in wishes.items():
        setattr(speaker, name, value)
    speaker.desired_stale = True
    session.add(speaker)
    told = {name: value.isoformat("minutes") if isinstance(value, time) else value for name, value in wishes.items()}
    audit.record(session, person.id, "speaker.change", speaker.id, **told)
    return speaker


def offer_claim(
    session: Session, person: Person, speaker_id: str, *, lasts: timedelta = CLAIM_LASTS
) -> tuple[str, datetime]:
    """A code that turns one box into this speaker, and until when. An earlier unused code is void."""
    speaker = manage(session, person, speaker_id)
    at = now()
    for earlier in session.exec(
        select(Claim).where(Claim.speaker_id == speaker.id, col(Claim.used_at).is_(None), col(Claim.expires_at) > at)
    ):
        earlier.expires_at = at
        session.add(earlier)
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    claim = Claim(
        code_sha256=_digest(code),
        speaker_id=speaker.id,
        created_by=person.id,
        created_at=at,
        expires_at=at + min(lasts, LONGEST_CLAIM),
    )
    session.add(claim)
    audit.record(session, person.id, "speaker.claim", speaker.id, expires_at=claim.expires_at.isoformat())
    return f"{code[:5]}-{code[5:]}", claim.expires_at


def enrol(session: Session, request: EnrolRequest, station: str) -> tuple[Speaker, str]:
    """Make the box that shows a good code the speaker; its password at the broker, told once.

    A box that was there before is believed no longer. Raises ForbiddenError (code), InvalidInputError (key).
    """
    claim = session.get(Claim, _digest(request.claim_code))
    at = now()
    if claim is None or claim.used_at is not None or claim.expires_at < at:
        raise ForbiddenError("Mã ghép loa không đúng, đã dùng hoặc đã hết hạn. Hãy lấy mã mới ở trang cụm loa.")
    speaker = session.get(Speaker, claim.speaker_id)
    assert speaker is not None
    key = PublicKey(role=Role.DEVICE, owner=device_owner(station, speaker.id), x=request.public_key)
    try:
        kid = key.kid
    except BadKeyError as error:
        raise InvalidInputError("Khóa công khai của thiết bị không đúng dạng Ed25519.") from error
    claim.used_at = at
    session.add(claim)
    password = new_password()
    speaker.public_key = key.model_dump(mode="json")
    speaker.broker_password_hash = hash_password(password)
    speaker.enrolled_at = at
    speaker.hardware, speaker.serial, speaker.agent_version = request.hardware, request.serial, request.version
    _forget_box(speaker)
    session.add(speaker)
    audit.record(session, f"speaker:{speaker.id}", "speaker.enrol", speaker.id, kid=kid, serial=request.serial)
    return speaker, password


def expel(session: Session, person: Person, speaker_id: str, reason: str) -> Speaker:
    """Believe its box no longer: lost, stolen or taken down. The speaker stays and can be given another box."""
    speaker = manage(session, person, speaker_id)
    if speaker.public_key is None:
        raise ConflictError(f"{speaker.name} chưa ghép với thiết bị nào.")
    part(session, speaker)
    audit.record(session, person.id, "speaker.expel", speaker.id, reason=reason)
    return speaker


def part(session: Session, speaker: Speaker) -> None:
    """The speaker has no box from now on. Only inside `Database.write()`; the broker is told by the caller."""
    speaker.public_key = None
    speaker.broker_password_hash = ""
    speaker.enrolled_at = None
    _forget_box(speaker)
    session.add(speaker)


def _forget_box(speaker: Speaker) -> None:
    """What was known of the box before says nothing about the next one."""
    speaker.online, speaker.session, speaker.presence_at = False, 0, None
    speaker.reported, speaker.reported_rev, speaker.health = {}, 0, {}
    speaker.epoch, speaker.acked_seq = "", 0
    speaker.desired_digest, speaker.config_digest, speaker.desired_stale = "", "", True


def _hour(wish: Change, known: time | None) -> time | None:
    """When it shall test its horn; None is never by itself."""
    if wish.self_test is False:
        return None
    hour = wish.self_test_at or known or SELF_TEST_AT
    if hour.tzinfo is not None:
        raise InvalidInputError("Giờ tự kiểm tra là giờ ở địa phương, ví dụ 21:15.")
    return hour.replace(second=0, microsecond=0)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise InvalidInputError("Cụm loa phải có tên, không quá 200 ký tự.")
    return name


def _digest(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
