"""Where something can sound: areas, and groups of speakers across them. A form names either in one field."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server import areas, groups
from server.people import rights
from server.tables import Person, Speaker, SpeakerGroup

_GROUP = "group:"


@dataclass(frozen=True)
class Place:
    """One line of the list."""

    value: str
    """What the form sends: an area's id, or "group:" and the group's."""
    name: str
    speakers: int
    """How many would sound: all but those in repair."""
    group: bool = False


def choices(session: Session, person: Person) -> list[Place]:
    """The areas where the person has a right, parents before children, then the groups there."""
    sounding = dict(session.exec(select(Speaker.id, Speaker.area_id).where(col(Speaker.in_repair).is_(False))).all())
    found = []
    for area in areas.listed(session, rights.reach(session, person)):
        below = areas.below(session, area.id)
        found.append(Place(area.id, area.name, sum(place in below for place in sounding.values())))
    there = groups.visible(session, person)
    members = groups.members(session, [group.id for group in there])
    found += [
        Place(f"{_GROUP}{group.id}", group.name, sum(each in sounding for each in members[group.id]), group=True)
        for group in there
    ]
    return found


def chosen(session: Session, person: Person, value: str) -> tuple[str, str]:
    """(area, group) that a line stands for; the group is empty for an area. Raises NotFoundError."""
    if not value.startswith(_GROUP):
        return value, ""
    group: SpeakerGroup = groups.find(session, person, value.removeprefix(_GROUP))
    return group.area_id, group.id
