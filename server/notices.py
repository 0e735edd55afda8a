"""Telling people what they must know, once each; they see it on their first page."""

from datetime import datetime

from sqlmodel import Session, col, select

from server import areas
from server.people import rights
from server.tables import Area, Grant, Notice, Person
from server.tables.columns import now


def tell(session: Session, person: Person, kind: str, object_id: str, text: str, path: str = "") -> bool:
    """Tell a person; false when he has been told this of this thing before."""
    known = session.exec(
        select(Notice.id).where(Notice.person_id == person.id, Notice.kind == kind, Notice.object == object_id)
    ).first()
    if known is not None:
        return False
    session.add(Notice(person_id=person.id, kind=kind, object=object_id, text=text, path=path))
    session.flush()
    return True


def unread(session: Session, person: Person) -> list[Notice]:
    """What the person has not put away, the newest first."""
    return list(
        session.exec(
            select(Notice)
            .where(Notice.person_id == person.id, col(Notice.read_at).is_(None))
            .order_by(col(Notice.at).desc())
            .limit(50)
        )
    )


def put_away(session: Session, person: Person, notice_id: str) -> None:
    """The person has seen it."""
    notice = session.get(Notice, notice_id)
    if notice is not None and notice.person_id == person.id and notice.read_at is None:
        notice.read_at = now()
        session.add(notice)


def put_away_until(session: Session, person: Person, at: datetime) -> None:
    """The person has seen all that was told until then."""
    for notice in session.exec(
        select(Notice).where(Notice.person_id == person.id, col(Notice.read_at).is_(None), col(Notice.at) <= at)
    ).all():
        notice.read_at = now()
        session.add(notice)


def settle(session: Session, kind: str, object_id: str) -> None:
    """What people were told of a thing is done with: nobody need put it away any more."""
    for notice in session.exec(
        select(Notice).where(Notice.kind == kind, Notice.object == object_id, col(Notice.read_at).is_(None))
    ).all():
        notice.read_at = now()
        session.add(notice)


def approvers(session: Session, area: Area) -> list[Person]:
    """Who may approve there: leaders of the area and above, and deputies."""
    above = [found.id for found in areas.chain(session, area.id)]
    deputies = select(Grant.person_id).where(Grant.action == rights.Action.APPROVE.value)
    people = session.exec(select(Person).where(col(Person.area_id).in_(above) | col(Person.id).in_(deputies)))
    return [person for person in people if rights.may(session, person, rights.Action.APPROVE, area.id)]
