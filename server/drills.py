"""Drills (diễn tập): everything as real, but spoken as a drill at both ends, so that nobody runs and nobody stays by mistake."""

from typing import Any

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from reading import Script
from server.bulletins import intake, store
from server.database import Database
from server.errors import ConflictError, InvalidInputError
from server.people import rights
from server.settings import Settings
from server.tables import Bulletin, Person, PreparedEmergency, Version, VersionStatus

OPENING = "Đây là diễn tập. Đây là diễn tập, không phải tình huống thật"
CLOSING = "Bà con tiếp tục sinh hoạt bình thường. Vừa rồi là diễn tập"
_WORD = "diễn tập"
_TITLE = "Diễn tập: "
_LONGEST_TITLE = 300


def spoken(script: dict[str, Any]) -> bool:
    """Whether what is read out calls itself a drill in its first and in its last sentence."""
    if not any(_WORD in str(sentence.get("spoken", "")).casefold() for sentence in script.get("sentences", ())):
        return False  # nearly all: found out without building the script
    aloud = Script.model_validate(script).aloud if script else ()
    return bool(aloud) and all(_WORD in sentence.spoken.casefold() for sentence in (aloud[0], aloud[-1]))


def draft(database: Database, settings: Settings, person: Person, version_id: str) -> tuple[Bulletin, Version]:
    """A draft of the same words as a drill; it is approved like any other. Raises NotFoundError, ForbiddenError, ConflictError."""
    with database.read() as session:
        version, bulletin = store.find_version(session, person, version_id)
        rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
        script = store.script_of(version)
    if spoken(version.script):
        raise ConflictError("Bản tin này đã là bản diễn tập.")
    words = [sentence.written for sentence in script.aloud]
    text = "\n".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in (OPENING, *words, CLOSING))
    request = intake.Request(
        title=(_TITLE + bulletin.title)[:_LONGEST_TITLE],
        area_id=bulletin.area_id,
        priority=Priority(bulletin.priority),
        field=bulletin.field,
    )
    return intake.from_text(database, settings, person, request, text)


def fitting(session: Session, version: Version, prepared: PreparedEmergency | None, *, test: bool) -> Version:
    """What is to sound: for a drill a version that says so, for the real thing one that does not.

    For a prepared message the drill of the same hazard and place is taken. Raises ConflictError, InvalidInputError.
    """
    if spoken(version.script) == test:
        return version
    if not test:
        raise InvalidInputError("Tin này đọc là diễn tập nên không dùng cho tình huống thật. Hãy chọn tin khác.")
    if prepared is not None:
        for other in session.exec(
            select(Version)
            .join(PreparedEmergency, col(PreparedEmergency.version_id) == col(Version.id))
            .where(
                PreparedEmergency.hazard == prepared.hazard,
                PreparedEmergency.area_id == prepared.area_id,
                col(PreparedEmergency.retired_at).is_(None),
                Version.status == VersionStatus.APPROVED,
            )
        ):
            if spoken(other.script):
                return other
    raise ConflictError(
        "Tin này chưa có bản diễn tập: diễn tập phải được đọc rõ là diễn tập. Hãy tạo bản diễn tập, gửi duyệt rồi chọn bản đó."
    )
