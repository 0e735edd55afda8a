"""People: made at setup and by those who may."""

import re

from sqlmodel import Session, col, delete, select

from server import areas, audit
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.people import passwords
from server.tables import Person, RoleName, SignIn

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def create(
    session: Session, actor: str, *, username: str, name: str, role: RoleName, password: str, area_id: str
) -> Person:
    """A new person. `area_id` is the place of the role: an id or a code.

    Raises InvalidInputError (user name, name, password), ConflictError (user name taken), NotFoundError (area).
    """
    username, name = username.strip().lower(), " ".join(name.split())
    if not _USERNAME.fullmatch(username):
        raise InvalidInputError("Tên đăng nhập có từ 2 đến 64 ký tự: chữ thường không dấu, số, dấu chấm, gạch nối.")
    if not name:
        raise InvalidInputError(f"Người dùng “{username}” phải có họ tên.")
    if session.exec(select(Person).where(Person.username == username)).first():
        raise ConflictError(f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.")
    area = areas.find(session, area_id)
    person = Person(username=username, name=name, role=role, area_id=area.id, password_hash=passwords.hashed(password))
    session.add(person)
    session.flush()
    audit.record(
        session, actor, "person.create", person.id, username=username, name=name, role=role.value, area=area.id
    )
    return person


def change(
    session: Session, actor: str, person_id: str, *, name: str | None, password: str | None, active: bool | None
) -> Person:
    """Rename, set another password, let in or shut out; None leaves it. Another password or shutting out ends all sessions.

    Raises NotFoundError, InvalidInputError, ConflictError (the last leader would be shut out).
    """
    person = find(session, person_id)
    if name is not None:
        person.name = " ".join(name.split())
        if not person.name:
            raise InvalidInputError("Người dùng phải có họ tên.")
    if password is not None:
        person.password_hash = passwords.hashed(password)
    if active is False and _leaders(session) == [person.id]:
        raise ConflictError("Đây là lãnh đạo cuối cùng của đài. Hãy thêm lãnh đạo khác trước.")
    if active is not None:
        person.active = active
    if password is not None or active is False:
        session.exec(delete(SignIn).where(col(SignIn.person_id) == person.id))
    session.add(person)
    changed = [
        what for what, value in (("name", name), ("password", password), ("active", active)) if value is not None
    ]
    audit.record(session, actor, "person.change", person.id, changed=changed, active=person.active)
    return person


def _leaders(session: Session) -> list[str]:
    """Who leads the whole station: a leader of a village could let nobody in again."""
    leads = (Person.role == RoleName.LEADER, col(Person.active).is_(True), Person.area_id == areas.top(session).id)
    return list(session.exec(select(Person.id).where(*leads)))


def find(session: Session, person_id: str) -> Person:
    """A person by id. Raises NotFoundError."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFoundError("Không có người dùng này.")
    return person


def within(session: Session, area_id: str) -> list[Person]:
    """Everybody whose role belongs to the area or below, by name."""
    return list(
        session.exec(select(Person).where(col(Person.area_id).in_(areas.below(session, area_id))).order_by(Person.name))
    )


def nobody_exists(session: Session) -> bool:
    """Whether the station waits for its first setup."""
    return session.exec(select(Person.id).limit(1)).first() is None
