"""Who answers for what the speakers say."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server import areas
from server.tables import Person, RoleName


@dataclass(frozen=True)
class Office:
    """The commune, and the officials of its station: names and offices only."""

    place: str
    people: tuple[tuple[str, RoleName], ...]
    places: tuple[tuple[str, str], ...]
    """(id, name) of the places where something can be heard."""


def office_of(session: Session) -> Office:
    """Leaders and officers of the commune; village heads and technicians are no matter of the public page."""
    top = areas.top(session)
    people = session.exec(
        select(Person)
        .where(
            Person.area_id == top.id,
            col(Person.active).is_(True),
            col(Person.role).in_((RoleName.LEADER, RoleName.OFFICER)),
        )
        .order_by(col(Person.id))
    ).all()
    places = areas.listed(session, areas.below(session, top.id))
    return Office(
        place=top.name,
        people=tuple(
            (person.name, person.role) for person in sorted(people, key=lambda each: each.role is RoleName.OFFICER)
        ),
        places=tuple((area.id, area.name) for area in places),
    )
