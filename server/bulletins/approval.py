"""From draft to approved: the author sends, another person decides; what is approved is frozen."""

from sqlmodel import Session, col, select

from server import audit
from server.bulletins import sounds, store, tracks
from server.errors import ConflictError, ForbiddenError, InvalidInputError
from server.people import rights
from server.tables import AuditEntry, Bulletin, Person, ProductionStatus, Version, VersionStatus
from server.tables.columns import now

STATUS_NAMES = {
    VersionStatus.DRAFT: "bản nháp",
    VersionStatus.SUBMITTED: "chờ duyệt",
    VersionStatus.APPROVED: "đã duyệt",
    VersionStatus.REFUSED: "bị trả lại",
    VersionStatus.WITHDRAWN: "đã thu hồi",
}
"""Statuses as screens call them."""
_LONGEST_NOTE = 2_000
_EDITS = ("sentence.edit", "track.add", "track.remove")
"""Acts that change what is said."""


def submit(session: Session, person: Person, version_id: str) -> Version:
    """Send for approval. Raises NotFoundError, ForbiddenError, ConflictError (not a draft, nothing to read)."""
    version, bulletin = _at(session, person, version_id, VersionStatus.DRAFT, rights.Action.WRITE)
    sounds.check_audible(session, version, bulletin)
    version.status = VersionStatus.SUBMITTED
    version.submitted_at = now()
    session.add(version)
    audit.record(session, person.id, "version.submit", version.id, bulletin=bulletin.id, edit_count=version.edit_count)
    return version


def approve(session: Session, person: Person, version_id: str, note: str = "", *, heard_sha256: str = "") -> Version:
    """Approve, freezing text, manner, recordings and audio. `heard_sha256` is the audio that the leader listened to.

    Raises NotFoundError, ForbiddenError (no right, or the author), ConflictError (not submitted, audio not ready, or another
    one than was listened to: a sentence was said more clearly meanwhile).
    """
    version, bulletin = _at(session, person, version_id, VersionStatus.SUBMITTED, rights.Action.APPROVE)
    _not_the_author(session, person, bulletin, version)
    production = store.production_of(session, version)
    if production is None or production.status is not ProductionStatus.READY:
        raise ConflictError("Bản tin chưa có tiếng hoàn chỉnh để nghe. Hãy đợi dựng tiếng xong rồi duyệt.")
    if heard_sha256 and heard_sha256 != production.sha256:
        raise ConflictError("Tiếng của bản tin vừa được dựng lại cho rõ hơn. Hãy tải lại trang, nghe lại rồi duyệt.")
    _decided(session, version, person, VersionStatus.APPROVED, note)
    audit.record(
        session,
        person.id,
        "version.approve",
        version.id,
        bulletin=bulletin.id,
        edit_count=version.edit_count,
        audio_sha256=production.sha256,
        note=note,
    )
    return version


def refuse(session: Session, person: Person, version_id: str, note: str) -> Version:
    """Send back, with a word why. Raises as `approve`, and InvalidInputError without a word."""
    if not note.strip():
        raise InvalidInputError("Hãy viết lý do trả lại để người soạn biết cần sửa gì.")
    version, bulletin = _at(session, person, version_id, VersionStatus.SUBMITTED, rights.Action.APPROVE)
    _decided(session, version, person, VersionStatus.REFUSED, note)
    audit.record(session, person.id, "version.refuse", version.id, bulletin=bulletin.id, note=note)
    return version


def withdraw(session: Session, person: Person, version_id: str) -> Version:
    """Take back what was sent or approved: by who may write it or who may approve it. It will not be scheduled again.

    Raises NotFoundError, ForbiddenError, ConflictError.
    """
    version, bulletin = store.find_version(session, person, version_id)
    if not rights.may(session, person, rights.Action.APPROVE, bulletin.area_id, bulletin.priority):
        rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
    if version.status not in {VersionStatus.SUBMITTED, VersionStatus.APPROVED}:
        raise ConflictError(f"Bản này đang là {STATUS_NAMES[version.status]}, không có gì để thu hồi.")
    version.status = VersionStatus.WITHDRAWN
    session.add(version)
    audit.record(session, person.id, "version.withdraw", version.id, bulletin=bulletin.id)
    return version


def revise(session: Session, person: Person, version_id: str) -> Version:
    """A new draft with the text of a version that can no longer be edited. Raises NotFoundError, ForbiddenError, ConflictError."""
    version, bulletin = store.find_version(session, person, version_id)
    rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
    versions = store.versions_of(session, bulletin.id)
    if any(other.status is VersionStatus.DRAFT for other in versions):
        raise ConflictError("Bản tin này đã có một bản nháp. Hãy sửa tiếp trên bản nháp đó.")
    draft = Version(
        bulletin_id=bulletin.id,
        number=versions[0].number + 1,
        author_id=person.id,
        script=version.script,
        manner=version.manner,
    )
    session.add(draft)
    session.flush()
    tracks.copy(session, version, draft)
    audit.record(session, person.id, "version.revise", draft.id, bulletin=bulletin.id, of=version.id)
    return draft


def _at(
    session: Session, person: Person, version_id: str, status: VersionStatus, action: rights.Action
) -> tuple[Version, Bulletin]:
    version, bulletin = store.find_version(session, person, version_id)
    rights.require(session, person, action, bulletin.area_id, bulletin.priority)
    if version.status is not status:
        raise ConflictError(
            f"Bản này đang là {STATUS_NAMES[version.status]}, việc này chỉ làm được khi là {STATUS_NAMES[status]}. "
            "Hãy tải lại trang."
        )
    return version, bulletin


def _not_the_author(session: Session, person: Person, bulletin: Bulletin, version: Version) -> None:
    edits = select(AuditEntry.number).where(
        AuditEntry.object == version.id, col(AuditEntry.act).in_(_EDITS), AuditEntry.actor == person.id
    )
    if person.id in {bulletin.author_id, version.author_id} or session.exec(edits.limit(1)).first() is not None:
        raise ForbiddenError("Người soạn hoặc sửa bản tin không được tự duyệt. Hãy nhờ lãnh đạo khác duyệt.")


def _decided(session: Session, version: Version, person: Person, status: VersionStatus, note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise InvalidInputError(f"Lời ghi không được dài quá {_LONGEST_NOTE} ký tự.")
    version.status = status
    version.decided_by = person.id
    version.decided_at = now()
    version.decision_note = note.strip()
    session.add(version)
