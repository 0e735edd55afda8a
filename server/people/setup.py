"""The first start: a code on the station's own disk lets its owner, and nobody else, make the first people."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from server import areas, audit
from server.errors import ConflictError, ForbiddenError, InvalidInputError
from server.people import accounts
from server.tables import Area, AreaLevel, Person, RoleName


@dataclass(frozen=True)
class NewPerson:
    """A person to be made. `area_code` is empty for the commune itself."""

    username: str
    name: str
    role: RoleName
    password: str
    area_code: str = ""


@dataclass(frozen=True)
class NewArea:
    """An area to be made; an empty code is made from the name."""

    name: str
    code: str = ""


def code_path(data_dir: Path) -> Path:
    """Where the code is, readable by the station's user only."""
    return data_dir / "setup-code"


def offer_code(data_dir: Path) -> str:
    """The code in force, made if there is none."""
    path = code_path(data_dir)
    if path.exists() and (known := path.read_text().strip()):
        return known
    code = "-".join(secrets.token_hex(2) for _ in range(3))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(code + "\n")
    return code


def withdraw_code(data_dir: Path) -> None:
    """The code is of no use any more."""
    code_path(data_dir).unlink(missing_ok=True)


def set_up(
    session: Session,
    data_dir: Path,
    *,
    setup_code: str,
    commune: NewArea,
    villages: Sequence[NewArea],
    people: Sequence[NewPerson],
) -> tuple[Area, list[Area], list[Person]]:
    """The commune, its villages and its first people, all or nothing.

    Raises ForbiddenError (wrong code), ConflictError (already set up), InvalidInputError.
    """
    if not accounts.nobody_exists(session):
        raise ConflictError("Đài đã được thiết lập. Hãy đăng nhập.")
    if not secrets.compare_digest(setup_code.strip().encode(), offer_code(data_dir).encode()):
        raise ForbiddenError(
            f"Mã thiết lập không đúng. Mã nằm trong tệp {code_path(data_dir).name} ở thư mục dữ liệu của đài."
        )
    if not any(person.role is RoleName.LEADER for person in people) or not any(
        person.role is RoleName.OFFICER for person in people
    ):
        raise InvalidInputError("Cần ít nhất một cán bộ truyền thanh và một lãnh đạo: người soạn không được tự duyệt.")
    audit.record(session, audit.STATION, "station.set_up", commune=commune.name)
    top = areas.create(
        session, audit.STATION, name=commune.name, code=commune.code, level=AreaLevel.COMMUNE, parent_id=None
    )
    below = [areas.create(session, audit.STATION, name=v.name, code=v.code, parent_id=top.id) for v in villages]
    made = [
        accounts.create(
            session,
            audit.STATION,
            username=person.username,
            name=person.name,
            role=person.role,
            password=person.password,
            area_id=person.area_code or top.id,
        )
        for person in people
    ]
    return top, below, made
