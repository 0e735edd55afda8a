"""Audio that waits for the ear, and what the ear made of it, as rows: they outlive the process that listens."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import Select

from server import notices
from server.bulletins import files
from server.tables import Bulletin, EarStatus, Person, Production, ProductionStatus, Version, VersionStatus
from server.tables.columns import now
from voices import Checked, EarReport

LEASE = timedelta(seconds=60)
"""How long a process may be silent about what it hears before another takes it."""
OUTDATED = "Bản tin đã được sửa trước khi nghe kiểm tra xong."
_OPEN = frozenset({VersionStatus.DRAFT, VersionStatus.SUBMITTED})
"""Before the decision a clearer take may step in; afterwards the audio is frozen."""


def waiting(session: Session) -> bool:
    """Whether there is something to hear."""
    return session.exec(_waiting().limit(1)).first() is not None


def claim(session: Session) -> tuple[Production, Version] | None:
    """The next audio to hear, now ours: first by priority, then by age."""
    for production, version, _ in session.exec(_waiting()).all():
        if production.edit_count != version.edit_count:
            unheard(session, production.id, OUTDATED)
            continue
        production.claimed_until = now() + LEASE
        session.add(production)
        return production, version
    return None


def _waiting() -> Select[Production, Version, Bulletin]:
    return (
        select(Production, Version, Bulletin)
        .join(Version, col(Production.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            Production.status == ProductionStatus.READY,
            Production.ear_status == EarStatus.WAITING,
            or_(col(Production.claimed_until).is_(None), col(Production.claimed_until) < now()),
        )
        .order_by(col(Bulletin.priority), col(Production.created_at))
    )


def renew(session: Session, production_id: str) -> bool:
    """Still at it; false when nobody needs to know any more."""
    production = session.get(Production, production_id)
    version = session.get(Version, production.version_id) if production else None
    if production is None or version is None or production.ear_status is not EarStatus.WAITING:
        return False
    production.claimed_until = now() + LEASE
    session.add(production)
    return production.edit_count == version.edit_count


def may_retake(version: Version) -> bool:
    """Whether a clearer take may still replace what was made first."""
    return version.status in _OPEN


def replace_audio(session: Session, production_id: str, checked: Checked, audio_dir: Path) -> bool:
    """Put the clearer takes in place, with what was heard in them; false, and nothing is changed, when the version was decided
    on or edited meanwhile.
    """
    production = session.get(Production, production_id)
    version = session.get(Version, production.version_id) if production else None
    if production is None or version is None or not may_retake(version):
        return False
    if production.ear_status is not EarStatus.WAITING or production.edit_count != version.edit_count:
        return False
    made = checked.production
    files.put(made.opus, audio_dir / made.opus.name)
    production.sha256, production.bytes, production.duration_ms = made.sha256, made.bytes, made.duration_ms
    production.timeline = [entry.model_dump(mode="json") for entry in made.timeline]
    production.loudness_lufs, production.true_peak_dbtp = made.loudness_lufs, made.true_peak_dbtp
    heard(session, production.id, checked.heard, checked.retaken)
    return True


def heard(session: Session, production_id: str, report: EarReport, retaken: tuple[int, ...] = ()) -> None:
    """The ear has listened; the author is told of sentences that may not be understood."""
    production = session.get(Production, production_id)
    if production is None or production.ear_status is not EarStatus.WAITING:
        return
    production.ear = {**report.model_dump(mode="json"), "retaken": list(retaken)}
    _close(session, production, EarStatus.LISTENED)
    version = session.get_one(Version, production.version_id)
    bulletin = session.get_one(Bulletin, version.bulletin_id)
    if report.flagged or not report.passed:
        what = f"có {len(report.flagged)} câu nghe không rõ" if report.flagged else "cả bài nghe chưa rõ"
        text = f"Nghe kiểm tra “{bulletin.title}”: {what}. Hãy nghe lại và sửa lời đọc nếu cần."
        author = session.get_one(Person, bulletin.author_id)
        notices.tell(session, author, "ear", production.id, text, f"/ban-tin/{bulletin.id}")


def unheard(session: Session, production_id: str, note: str) -> None:
    """Nobody will listen; `note` says why."""
    production = session.get(Production, production_id)
    if production is not None and production.ear_status is EarStatus.WAITING:
        production.ear_note = note
        _close(session, production, EarStatus.UNCHECKED)


def release_all(session: Session) -> None:
    """What was being heard when the only process died waits again."""
    query = select(Production).where(
        Production.ear_status == EarStatus.WAITING, col(Production.claimed_until).is_not(None)
    )
    for production in session.exec(query.where(Production.status == ProductionStatus.READY)).all():
        give_back(session, production.id)


def give_back(session: Session, production_id: str) -> None:
    """The process stops: somebody else, or we ourselves later, will listen."""
    production = session.get(Production, production_id)
    if production is not None and production.ear_status is EarStatus.WAITING:
        production.claimed_until = None
        session.add(production)


def _close(session: Session, production: Production, status: EarStatus) -> None:
    production.ear_status, production.claimed_until, production.heard_at = status, None, now()
    session.add(production)
