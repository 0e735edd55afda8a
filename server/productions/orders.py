"""Orders for audio, as rows: they outlive the process that works on them."""

from collections.abc import Collection
from datetime import timedelta

from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import Select

from protocol.priorities import Priority
from server.bulletins import sounds, store
from server.bulletins.manner import manner_of
from server.errors import ConflictError
from server.tables import Bulletin, Person, Production, ProductionStatus, Version, VersionStatus
from server.tables.columns import now

LEASE = timedelta(seconds=60)
"""How long a process may be silent about an order before another takes it."""


def order(session: Session, person: Person, version_id: str, voice: str) -> Production:
    """Order the audio of the version's present state; the one that exists, if it does. A failed one is tried again.

    `voice` is the station's own, for versions that ask for none. What is approved keeps the audio that was approved.
    Raises NotFoundError, ConflictError (nothing to read).
    """
    version, bulletin = store.find_version(session, person, version_id)
    approved = store.production_of(session, version) if version.status is VersionStatus.APPROVED else None
    if approved is not None and approved.status is ProductionStatus.READY:
        return approved
    voice = manner_of(version).voice or voice
    known = session.exec(
        select(Production).where(
            Production.version_id == version.id, Production.edit_count == version.edit_count, Production.voice == voice
        )
    ).first()
    if known is None:
        sounds.check_audible(session, version, bulletin)
        total = len(store.script_of(version).aloud)
        known = Production(version_id=version.id, edit_count=version.edit_count, voice=voice, total=total)
    elif known.status in {ProductionStatus.FAILED, ProductionStatus.CANCELLED}:
        known.status, known.done, known.error, known.finished_at = ProductionStatus.QUEUED, 0, "", None
    session.add(known)
    session.flush()
    return known


def waiting(session: Session, priorities: Collection[Priority]) -> bool:
    """Whether there is something to claim."""
    return session.exec(_open(priorities).limit(1)).first() is not None


def claim(session: Session, priorities: Collection[Priority]) -> tuple[Production, Version, Bulletin] | None:
    """The next order of these priorities, now ours: first by priority, then by age. Orders of dead processes count as new."""
    for production, version, bulletin in session.exec(_open(priorities)).all():
        if production.edit_count != version.edit_count:
            _close(session, production, ProductionStatus.CANCELLED, "Kịch bản đã được sửa sau khi đặt dựng tiếng.")
            continue
        production.status, production.done = ProductionStatus.RENDERING, 0
        production.claimed_until = now() + LEASE
        session.add(production)
        return production, version, bulletin
    return None


def _open(priorities: Collection[Priority]) -> Select[Production, Version, Bulletin]:
    return (
        select(Production, Version, Bulletin)
        .join(Version, col(Production.version_id) == col(Version.id))
        .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            or_(
                col(Production.status) == ProductionStatus.QUEUED,
                and_(col(Production.status) == ProductionStatus.RENDERING, col(Production.claimed_until) < now()),
            ),
            col(Bulletin.priority).in_(priorities),
        )
        .order_by(col(Bulletin.priority), col(Production.created_at))
    )


def release_all(session: Session) -> int:
    """Orders that were being worked on when the only process died: back in the queue. How many."""
    found = session.exec(select(Production).where(Production.status == ProductionStatus.RENDERING)).all()
    for production in found:
        production.status, production.claimed_until = ProductionStatus.QUEUED, None
        session.add(production)
    return len(found)


def progress(session: Session, production_id: str, done: int) -> bool:
    """Note how far it is and renew the lease; false when the order is no longer wanted (cancelled, or the script was edited)."""
    production = session.get(Production, production_id)
    version = session.get(Version, production.version_id) if production else None
    if production is None or version is None or production.status is not ProductionStatus.RENDERING:
        return False
    production.done = max(done, production.done)
    production.claimed_until = now() + LEASE
    session.add(production)
    return production.edit_count == version.edit_count


def finish(session: Session, production_id: str, **facts: object) -> None:
    """It is ready; `facts` are columns of Production."""
    production = session.get(Production, production_id)
    if production is not None and production.status is ProductionStatus.RENDERING:
        for name, value in facts.items():
            setattr(production, name, value)
        production.done = production.total
        _close(session, production, ProductionStatus.READY)


def fail(session: Session, production_id: str, error: str) -> None:
    """It cannot be made; `error` is Vietnamese."""
    production = session.get(Production, production_id)
    if production is not None and production.status is ProductionStatus.RENDERING:
        _close(session, production, ProductionStatus.FAILED, error)


def cancel(session: Session, production_id: str) -> None:
    """It is no longer wanted."""
    production = session.get(Production, production_id)
    if production is not None and production.status is ProductionStatus.RENDERING:
        _close(session, production, ProductionStatus.CANCELLED, "Kịch bản đã được sửa trong lúc dựng tiếng.")


def give_back(session: Session, production_id: str) -> None:
    """The process stops: somebody else, or we ourselves later, will make it."""
    production = session.get(Production, production_id)
    if production is not None and production.status is ProductionStatus.RENDERING:
        production.status, production.claimed_until = ProductionStatus.QUEUED, None
        session.add(production)


def stop(session: Session, person: Person, version_id: str) -> Production:
    """Stop what is queued or being rendered for a version's present state: it will not be made until it is ordered again.

    Raises NotFoundError, ConflictError (nothing is being made).
    """
    version, _ = store.find_version(session, person, version_id)
    production = store.production_of(session, version)
    if production is None or production.status not in {ProductionStatus.QUEUED, ProductionStatus.RENDERING}:
        raise ConflictError("Bản tin này không có tiếng nào đang dựng để dừng.")
    _close(session, production, ProductionStatus.CANCELLED, "Đã dừng theo yêu cầu.")
    return production


def _close(session: Session, production: Production, status: ProductionStatus, error: str = "") -> None:
    production.status, production.error = status, error
    production.claimed_until, production.finished_at = None, now()
    session.add(production)
