"""Deciding how a role is told at an area, and how a person is reached."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from server import areas, audit
from server.errors import InvalidInputError, NotFoundError
from server.notifications.kinds import Kind, Manner, usual
from server.people import accounts, rights
from server.tables import Area, Contact, NotificationRule, Person, RoleName
from server.tables.columns import now

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_SCHEMES = frozenset(
    "mailto mailtos json jsons tgram ntfy ntfys gotify gotifys matrix matrixs signal signals slack discord".split()  # noqa: SIM905  a list of words
)
"""Ways that reach a person elsewhere; those that act on this machine (dbus, syslog, …) are left out."""
_MOST_CONTACTS = 5


@dataclass(frozen=True)
class Rule:
    """A role's manner at an area: its own decision, or the usual."""

    role: RoleName
    kind: Kind
    manner: Manner
    own: bool


@dataclass(frozen=True)
class Book:
    """All decisions of all areas, read once."""

    parents: Mapping[str, str | None]
    decided: Mapping[tuple[str, RoleName, str], Manner]

    @classmethod
    def of(cls, session: Session, parents: Mapping[str, str | None]) -> "Book":
        """As things stand."""
        rows = session.exec(select(NotificationRule)).all()
        return cls(parents, {(row.area_id, row.role, row.kind): _manner(row) for row in rows})

    def manner(self, area_id: str, role: RoleName, kind: Kind) -> Manner:
        """What holds for a role there: the decision of the area, else of the nearest above it, else the usual."""
        place: str | None = area_id
        while place is not None:
            if (own := self.decided.get((place, role, kind.value))) is not None:
                return own
            place = self.parents.get(place)
        return usual(role, kind)


def rules_at(session: Session, area_id: str) -> list[Rule]:
    """Every role and kind, as it holds at the area."""
    book = Book.of(session, dict(session.exec(select(Area.id, Area.parent_id)).all()))
    return [
        Rule(role, kind, book.manner(area_id, role, kind), (area_id, role, kind.value) in book.decided)
        for role in RoleName
        for kind in Kind
    ]


def decide(session: Session, person: Person, area_id: str, role: RoleName, kind: Kind, wish: Manner) -> Rule:
    """Set a role's manner at an area. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.POLICY, area.id)
    quiet = (wish.quiet_from, wish.quiet_to)
    if quiet != ("", "") and not all(_TIME.fullmatch(time) for time in quiet):
        raise InvalidInputError("Giờ yên lặng ghi dạng “21:30”, đủ cả hai đầu hoặc để trống cả hai.")
    row = session.exec(
        select(NotificationRule).where(
            NotificationRule.area_id == area.id, NotificationRule.role == role, NotificationRule.kind == kind.value
        )
    ).first() or NotificationRule(area_id=area.id, role=role, kind=kind.value, set_by=person.id)
    for name, value in vars(wish).items():
        setattr(row, name, value)
    row.set_by, row.set_at = person.id, now()
    session.add(row)
    session.flush()
    audit.record(session, person.id, "notification.rule", area.id, role=role.value, kind=kind.value, **vars(wish))
    return Rule(role, kind, wish, own=True)


def contacts_of(session: Session, person_id: str) -> list[Contact]:
    """How a person is reached."""
    return list(
        session.exec(
            select(Contact)
            .where(Contact.person_id == person_id, col(Contact.removed_at).is_(None))
            .order_by(Contact.id)
        )
    )


def add_contact(session: Session, person: Person, person_id: str, url: str) -> Contact:
    """A way to reach somebody: oneself, or others by who manages people. Raises ForbiddenError, InvalidInputError."""
    other = _managed(session, person, person_id)
    url = url.strip()
    scheme = urlsplit(url).scheme.lower()
    if scheme not in _SCHEMES or len(url) > 1000 or not url.partition("://")[2]:
        raise InvalidInputError(
            "Địa chỉ nhận thông báo không dùng được. Ví dụ: mailto://tên:mật-khẩu@máy-chủ-thư?to=ai@xa.gov.vn, "
            "tgram://mã-bot/số-phòng, ntfy://kênh."
        )
    if len(contacts_of(session, other.id)) >= _MOST_CONTACTS:
        raise InvalidInputError(f"Mỗi người có tối đa {_MOST_CONTACTS} địa chỉ. Hãy bỏ bớt.")
    contact = Contact(person_id=other.id, url=url, shown=_shown(url))
    session.add(contact)
    session.flush()
    audit.record(session, person.id, "contact.add", other.id, shown=contact.shown)
    return contact


def remove_contact(session: Session, person: Person, person_id: str, contact_id: str) -> None:
    """No longer reach somebody there. Raises NotFoundError, ForbiddenError."""
    other = _managed(session, person, person_id)
    contact = session.get(Contact, contact_id)
    if contact is None or contact.person_id != other.id or contact.removed_at is not None:
        raise NotFoundError("Không có địa chỉ này.")
    contact.removed_at, contact.url = now(), ""
    session.add(contact)
    audit.record(session, person.id, "contact.remove", other.id, shown=contact.shown)


def _managed(session: Session, person: Person, person_id: str) -> Person:
    other = accounts.find(session, person_id)
    if other.id != person.id:
        rights.require(session, person, rights.Action.PEOPLE, other.area_id)
    return other


def _shown(url: str) -> str:
    """Scheme and host alone: user, password, token and path may be secret."""
    parts = urlsplit(url)
    host = (
        parts.netloc.rpartition("@")[2] if "@" in parts.netloc or parts.scheme.startswith(("json", "mailto")) else "…"
    )
    return f"{parts.scheme}://{host}"[:200]


def _manner(row: NotificationRule) -> Manner:
    return Manner(
        enabled=row.enabled,
        after_minutes=row.after_minutes,
        again_minutes=row.again_minutes,
        most_a_day=row.most_a_day,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
    )
