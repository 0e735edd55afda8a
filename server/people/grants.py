"""Rights beyond the role: a deputy for an absent approver, one more village. Given by who has it, until a day or for good."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from protocol.priorities import Priority
from server import areas, audit
from server.errors import InvalidInputError, NotFoundError
from server.people import accounts, rights
from server.tables import Grant, Person
from server.tables.columns import now


def give(
    session: Session,
    giver: Person,
    *,
    person_id: str,
    action: rights.Action,
    area_id: str,
    priorities: Sequence[Priority],
    until: datetime | None,
) -> Grant:
    """Give a right. Nobody gives what he has not: the giver needs it there himself, and the right to manage people.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    person, area = accounts.find(session, person_id), areas.find(session, area_id)
    rights.require(session, giver, rights.Action.PEOPLE, area.id)
    if not priorities:
        raise InvalidInputError("Hãy chọn ít nhất một loại tin.")
    for priority in priorities:
        rights.require(session, giver, action, area.id, priority)
    if until is not None and until <= now():
        raise InvalidInputError("Thời hạn của quyền đã qua.")
    grant = Grant(
        person_id=person.id,
        action=action.value,
        priorities=sorted({int(priority) for priority in priorities}),
        area_id=area.id,
        until=until,
        given_by=giver.id,
    )
    session.add(grant)
    session.flush()
    audit.record(
        session,
        giver.id,
        "right.give",
        person.id,
        action=grant.action,
        area=area.id,
        priorities=grant.priorities,
        until=until.isoformat() if until else None,
    )
    return grant


def take_back(session: Session, giver: Person, person_id: str, grant_id: str) -> Grant:
    """End a right. Raises NotFoundError, ForbiddenError."""
    grant = session.get(Grant, grant_id)
    if grant is None or grant.person_id != person_id or grant.ended_at is not None:
        raise NotFoundError("Không có quyền này, hoặc đã kết thúc.")
    rights.require(session, giver, rights.Action.PEOPLE, grant.area_id)
    grant.ended_at = now()
    session.add(grant)
    audit.record(session, giver.id, "right.take_back", grant.person_id, action=grant.action, area=grant.area_id)
    return grant


def of(session: Session, person_id: str) -> list[Grant]:
    """The rights in force beyond the role, the newest first."""
    return list(
        session.exec(
            select(Grant)
            .where(
                Grant.person_id == person_id,
                col(Grant.ended_at).is_(None),
                or_(col(Grant.until).is_(None), col(Grant.until) > now()),
            )
            .order_by(col(Grant.given_at).desc())
        )
    )
