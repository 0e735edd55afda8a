"""Faults of speakers (sự cố): occurred, acknowledged by who goes there, resolved with a word about what was done."""

import hashlib
import io
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import ValidationError
from sqlalchemy import case
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol.messages import Event, FaultReport
from server import audit, notices, speakers
from server.bulletins.files import put
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.people import rights
from server.tables import Fault, FaultNote, Person, RoleName, Speaker
from server.tables.columns import now

KINDS = {
    "silent": "Loa không kêu",
    "weak": "Loa kêu nhỏ",
    "rattle": "Loa rè, hú",
    "loose": "Loa, dây bị rơi, lỏng",
    "power": "Mất điện ở loa",
    "other": "Việc khác",
}
"""What people report."""
FOUND = {
    "horn_silent": "Loa tự kiểm tra: không có tiếng",
    "horn_weak": "Loa tự kiểm tra: tiếng yếu",
    "horn_distorted": "Loa tự kiểm tra: tiếng rè, méo",
    "microphone": "Micrô kiểm tra không nghe được",
    "sound_card": "Hộp không thấy mạch âm thanh",
}
"""What boxes report."""
LONGEST_TEXT = 1000
_LARGEST_PX = 1600
_MOST_PIXELS = 60_000_000
_KEPT = timedelta(days=90)


def name_of(kind: str) -> str:
    """A kind as screens call it; a box may be newer than this station."""
    return KINDS.get(kind) or FOUND.get(kind) or "Thiết bị báo lỗi"


def check(session: Session, person: Person, speaker_id: str, *, kind: str, text: str) -> Speaker:
    """The speaker that may be reported so. Raises NotFoundError, InvalidInputError."""
    speaker = speakers.find(session, person, speaker_id)
    if kind not in KINDS:
        raise InvalidInputError("Hãy chọn loa bị làm sao.")
    if len(text.strip()) > LONGEST_TEXT:
        raise InvalidInputError(f"Lời kể dài quá {LONGEST_TEXT} ký tự.")
    return speaker


def report(session: Session, person: Person, speaker_id: str, *, kind: str, text: str, photo_sha256: str = "") -> Fault:
    """A person saw (or heard) something wrong; technicians and officers are told. Raises as `check`."""
    speaker = check(session, person, speaker_id, kind=kind, text=text)
    fault = Fault(
        speaker_id=speaker.id,
        kind=kind,
        text=text.strip(),
        photo_sha256=photo_sha256,
        reported_by=person.id,
        occurred_at=now(),
    )
    session.add(fault)
    session.flush()
    audit.record(session, person.id, "fault.report", fault.id, speaker=speaker.id, kind=kind)
    _tell(session, fault, speaker)
    return fault


def noticed(session: Session, speaker: Speaker, event: Event) -> Fault | None:
    """What a box said of itself: a fault unless one of that kind is open there. Only inside `Database.write()`."""
    try:
        said = FaultReport.model_validate(event.data)
    except ValidationError:
        return None
    known = session.exec(
        select(Fault.id).where(
            Fault.speaker_id == speaker.id, Fault.kind == said.kind, col(Fault.resolved_at).is_(None)
        )
    ).first()
    if known is not None:
        return None
    fault = Fault(speaker_id=speaker.id, kind=said.kind, text=said.detail, occurred_at=event.at)
    session.add(fault)
    session.flush()
    _tell(session, fault, speaker)
    return fault


def visible(session: Session, person: Person, *, speaker_id: str = "", limit: int = 200) -> list[tuple[Fault, Speaker]]:
    """Faults at the person's place and below: open ones, oldest first, then those resolved in the last months, newest first."""
    query = (
        select(Fault, Speaker)
        .join(Speaker, col(Fault.speaker_id) == col(Speaker.id))
        .where(
            col(Speaker.area_id).in_(rights.reach(session, person)),
            col(Fault.resolved_at).is_(None) | (col(Fault.resolved_at) > now() - _KEPT),
        )
        .order_by(
            col(Fault.resolved_at).is_not(None),
            case((col(Fault.resolved_at).is_(None), col(Fault.occurred_at))),
            col(Fault.resolved_at).desc(),
        )
        .limit(limit)
        .options(defer(Speaker.desired_token), defer(Speaker.config_token))  # type: ignore[arg-type]  # mapped columns at run time
    )
    if speaker_id:
        query = query.where(Fault.speaker_id == speaker_id)
    return [(fault, speaker) for fault, speaker in session.exec(query)]


def notes_of(session: Session, faults: list[str]) -> dict[str, list[FaultNote]]:
    """What was written about each of these faults, in order."""
    found: dict[str, list[FaultNote]] = {}
    for note in session.exec(select(FaultNote).where(col(FaultNote.fault_id).in_(faults)).order_by(col(FaultNote.at))):
        found.setdefault(note.fault_id, []).append(note)
    return found


def acknowledge(session: Session, person: Person, fault_id: str, text: str = "") -> Fault:
    """Somebody takes care of it. Raises NotFoundError, ForbiddenError, ConflictError."""
    fault = _manage(session, person, fault_id)
    if fault.resolved_at is not None or fault.acknowledged_at is not None:
        raise ConflictError("Sự cố này đã có người nhận.")
    fault.acknowledged_by, fault.acknowledged_at = person.id, now()
    session.add(fault)
    audit.record(session, person.id, "fault.acknowledge", fault.id)
    _write(session, person, fault, text)
    return fault


def note(session: Session, person: Person, fault_id: str, text: str) -> Fault:
    """A word about what was done. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    fault = _manage(session, person, fault_id)
    if not text.strip():
        raise InvalidInputError("Hãy viết đã làm gì.")
    _write(session, person, fault, text)
    return fault


def resolve(session: Session, person: Person, fault_id: str, text: str) -> Fault:
    """It is mended; the word says what it was. Raises NotFoundError, ForbiddenError, ConflictError, InvalidInputError."""
    fault = _manage(session, person, fault_id)
    if fault.resolved_at is not None:
        raise ConflictError("Sự cố này đã xử lý xong.")
    if not text.strip():
        raise InvalidInputError("Hãy ghi nguyên nhân và đã sửa thế nào, để lần sau còn biết.")
    at = now()
    if fault.acknowledged_at is None:
        fault.acknowledged_by, fault.acknowledged_at = person.id, at
    fault.resolved_by, fault.resolved_at = person.id, at
    session.add(fault)
    audit.record(session, person.id, "fault.resolve", fault.id)
    _write(session, person, fault, text)
    return fault


def keep_photo(stream: BinaryIO, folder: Path) -> str:
    """Keep a photo, made smaller and without what a telephone writes into it (place, owner); its sha256.

    Raises InvalidInputError when it is none.
    """
    try:
        with Image.open(stream) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise InvalidInputError("Ảnh quá lớn. Hãy chụp ở cỡ nhỏ hơn.")
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInputError("Không mở được ảnh này. Hãy gửi ảnh JPEG hoặc PNG.") from error
    upright.thumbnail((_LARGEST_PX, _LARGEST_PX))
    made = io.BytesIO()
    upright.save(made, "JPEG", quality=80)
    data = made.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".tmp-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    put(Path(name), folder / f"{sha256}.jpg")
    return sha256


def find(session: Session, person: Person, fault_id: str) -> Fault:
    """A fault that the person may see. Raises NotFoundError."""
    fault = session.get(Fault, fault_id)
    speaker = session.get(Speaker, fault.speaker_id) if fault else None
    if fault is None or speaker is None or not rights.may(session, person, rights.Action.READ, speaker.area_id):
        raise NotFoundError("Không có sự cố này.")
    return fault


def open_since(session: Session, speaker_ids: list[str]) -> dict[str, datetime]:
    """Speaker → when its oldest open fault occurred."""
    rows = session.exec(
        select(Fault.speaker_id, Fault.occurred_at)
        .where(col(Fault.speaker_id).in_(speaker_ids), col(Fault.resolved_at).is_(None))
        .order_by(col(Fault.occurred_at).desc())
    )
    return dict(rows.all())


def _manage(session: Session, person: Person, fault_id: str) -> Fault:
    fault = find(session, person, fault_id)
    speakers.manage(session, person, fault.speaker_id)
    return fault


def _write(session: Session, person: Person, fault: Fault, text: str) -> None:
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(f"Lời ghi dài quá {LONGEST_TEXT} ký tự.")
    if text:
        session.add(FaultNote(fault_id=fault.id, person_id=person.id, text=text))


def _tell(session: Session, fault: Fault, speaker: Speaker) -> None:
    wanted = (RoleName.TECHNICIAN, RoleName.OFFICER)
    for person in session.exec(select(Person).where(col(Person.role).in_(wanted), col(Person.active).is_(True))):
        if person.id != fault.reported_by and rights.may(session, person, rights.Action.SPEAKERS, speaker.area_id):
            notices.tell(session, person, "fault", fault.id, f"{speaker.name}: {name_of(fault.kind)}.", "/su-co")
