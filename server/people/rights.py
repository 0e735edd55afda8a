"""Who may do what, where: a right is (action, class of message, area), and holds for everything below that area."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, or_, select

from protocol.priorities import Priority
from server import areas
from server.errors import ForbiddenError
from server.tables import Grant, Person, RoleName
from server.tables.columns import now


class Action(StrEnum):
    """What a right allows."""

    READ = "read"
    WRITE = "write"  # bulletins, their scripts and audio
    DICTIONARY = "dictionary"  # how the area says its own words
    APPROVE = "approve"
    SCHEDULE = "schedule"  # put on air, and withdraw
    EMERGENCY = "emergency"
    STOP = "stop"  # silence speakers at once
    SPEAKERS = "speakers"  # enrol, move, repair, command
    AREAS = "areas"
    PEOPLE = "people"
    POLICY = "policy"
    AUDIT = "audit"


_ALL = frozenset(Priority)
_ORDINARY = _ALL - {Priority.EMERGENCY}
_VILLAGE = frozenset({Priority.NORMAL})

ROLE_RIGHTS: dict[RoleName, dict[Action, frozenset[Priority]]] = {
    RoleName.OFFICER: {
        Action.READ: _ALL,
        Action.WRITE: _ALL,
        Action.DICTIONARY: _ALL,
        Action.SCHEDULE: _ORDINARY,
        Action.EMERGENCY: _ALL,
        Action.STOP: _ALL,
        Action.SPEAKERS: _ALL,
        Action.AREAS: _ALL,
    },
    RoleName.LEADER: {action: _ALL for action in Action if action not in {Action.WRITE, Action.DICTIONARY}},
    RoleName.VILLAGE_HEAD: {
        Action.READ: _ALL,
        Action.WRITE: _VILLAGE,
        Action.SCHEDULE: _VILLAGE,
        Action.STOP: _ALL,
    },
    RoleName.TECHNICIAN: {Action.READ: _ALL, Action.SPEAKERS: _ALL, Action.STOP: _ALL},
    RoleName.PROVINCE: dict.fromkeys(Action, _ALL),
}
"""What each role may do at its place in the tree."""

_DEEDS = {
    Action.READ: "xem việc của {}",
    Action.WRITE: "soạn bản tin cho {}",
    Action.DICTIONARY: "sửa từ điển của {}",
    Action.APPROVE: "duyệt bản tin của {}",
    Action.SCHEDULE: "phát sóng ở {}",
    Action.EMERGENCY: "phát tin khẩn cấp ở {}",
    Action.STOP: "dừng loa ở {}",
    Action.SPEAKERS: "quản lý cụm loa của {}",
    Action.AREAS: "quản lý địa bàn {}",
    Action.PEOPLE: "quản lý người dùng của {}",
    Action.POLICY: "đặt quy định phát của {}",
    Action.AUDIT: "xem nhật ký thao tác của {}",
}
ROLE_NAMES = {
    RoleName.OFFICER: "cán bộ truyền thanh",
    RoleName.LEADER: "lãnh đạo",
    RoleName.VILLAGE_HEAD: "trưởng thôn",
    RoleName.TECHNICIAN: "kỹ thuật viên",
    RoleName.PROVINCE: "cán bộ tỉnh",
}
"""Roles as screens call them."""


def may(session: Session, person: Person, action: Action, area_id: str, priority: Priority = Priority.NORMAL) -> bool:
    """Whether the person has the right there: by role, or by a grant in force."""
    if not person.active:
        return False
    by_role = priority in ROLE_RIGHTS[person.role].get(action, frozenset())
    if by_role and areas.contains(session, person.area_id, area_id):
        return True
    for grant in _grants(session, person):
        fits = action is Action.READ or (grant.action == action.value and priority in grant.priorities)
        if fits and areas.contains(session, grant.area_id, area_id):
            return True
    return False


def reach(session: Session, person: Person) -> set[str]:
    """Ids of the areas whose affairs the person may read: at the role's place and below, and wherever a grant holds."""
    found = areas.below(session, person.area_id)
    for grant in _grants(session, person):
        found |= areas.below(session, grant.area_id)
    return found


def concerned(session: Session, person: Person) -> set[str]:
    """Ids of the areas whose broadcasts are heard where the person has a right: by role, or by a grant in force."""
    found = areas.concerning(session, person.area_id)
    for grant in _grants(session, person):
        found |= areas.concerning(session, grant.area_id)
    return found


def require(
    session: Session, person: Person, action: Action, area_id: str, priority: Priority = Priority.NORMAL
) -> None:
    """Raises ForbiddenError, naming what is not allowed, unless the person has the right there."""
    if not may(session, person, action, area_id, priority):
        area = areas.find(session, area_id)
        kind = " với loại tin này" if may(session, person, action, area_id) else ""
        raise ForbiddenError(
            f"{person.name} ({ROLE_NAMES[person.role]}) không được {_DEEDS[action].format(area.name)}{kind}. "
            "Hãy nhờ người có quyền, hoặc đăng nhập bằng tài khoản khác."
        )


def shown(session: Session, person: Person) -> frozenset[Action]:
    """The rights that the person has for some class somewhere: for showing or hiding a button, never for deciding."""
    return frozenset(ROLE_RIGHTS[person.role]) | {Action(grant.action) for grant in _grants(session, person)}


def _grants(session: Session, person: Person) -> Sequence[Grant]:
    return session.exec(
        select(Grant).where(
            Grant.person_id == person.id,
            col(Grant.ended_at).is_(None),
            or_(col(Grant.until).is_(None), col(Grant.until) > now()),
        )
    ).all()
