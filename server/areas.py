"""The tree of areas: province → commune → village."""

import re
import unicodedata
from collections.abc import Collection

from sqlalchemy import Select, bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from server import administrative, audit
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.tables import Area, AreaLevel, FormerCode
from server.tables.columns import now

_BELOW = {AreaLevel.PROVINCE: AreaLevel.COMMUNE, AreaLevel.COMMUNE: AreaLevel.VILLAGE}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def find(session: Session, area_id: str) -> Area:
    """An area by its id or, for those who type, by its code, or by one that it had before a merger. Raises NotFoundError."""
    area = session.get(Area, area_id) or session.exec(select(Area).where(Area.code == area_id)).first()
    area = area or _by_former_code(session, area_id)
    if area is None:
        raise NotFoundError(f"Không có địa bàn “{area_id[:80]}”. Hãy chọn một địa bàn trong danh sách.")
    return area


def _by_former_code(session: Session, code: str) -> Area | None:
    """Who the code belongs to now: as decided here, else by the national table where that names one area of ours."""
    decided = session.get(FormerCode, code)
    if decided is not None:
        return session.get(Area, decided.area_id)
    unit = administrative.former(code)
    ours = session.exec(select(Area).where(col(Area.code).in_(unit.became))).all() if unit else []
    return ours[0] if len(ours) == 1 else None


def former_codes(session: Session, area: Area) -> list[tuple[str, str, bool]]:
    """(code, name, whether it was decided here) of everything that became this area; the national table may be overruled."""
    decided = {row.code: row for row in session.exec(select(FormerCode))}
    national = [
        (unit.code, unit.name, False) for unit in administrative.formerly(area.code) if unit.code not in decided
    ]
    own = [(row.code, row.name, True) for row in decided.values() if row.area_id == area.id]
    return sorted([*national, *own])


def set_former_code(session: Session, actor: str, area: Area, code: str, name: str) -> FormerCode:
    """From now on the code means this area. Raises InvalidInputError, ConflictError (it is the code of an area of today)."""
    if not _CODE.fullmatch(code):
        raise InvalidInputError(f"Mã cũ “{code[:80]}” chỉ được gồm chữ không dấu, số, dấu chấm và gạch nối.")
    if session.exec(select(Area).where(Area.code == code)).first():
        raise ConflictError(f"Mã “{code}” đang là mã của một địa bàn hiện nay, không dùng làm mã cũ được.")
    row = session.get(FormerCode, code) or FormerCode(code=code, area_id=area.id, set_by=actor)
    row.area_id, row.name, row.set_by, row.set_at = area.id, " ".join(name.split()), actor, now()
    session.add(row)
    audit.record(session, actor, "area.former_code", area.id, code=code, name=row.name)
    return row


def forget_former_code(session: Session, actor: str, area: Area, code: str) -> None:
    """The national table decides again. Raises NotFoundError."""
    row = session.get(FormerCode, code)
    if row is None or row.area_id != area.id:
        raise NotFoundError("Địa bàn này không có mã cũ nào như vậy do đài đặt.")
    session.delete(row)
    audit.record(session, actor, "area.forget_former_code", area.id, code=code)


def create(
    session: Session, actor: str, *, name: str, code: str = "", level: AreaLevel | None = None, parent_id: str | None
) -> Area:
    """A new area below `parent_id` (None only for the top). The level follows from the parent's unless given.

    Raises NotFoundError, InvalidInputError (name, level), ConflictError (the code is taken).
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("Địa bàn phải có tên.")
    parent = find(session, parent_id) if parent_id else None
    if parent is None:
        level = level or AreaLevel.COMMUNE
    else:
        below = _BELOW.get(parent.level)
        if below is None:
            raise InvalidInputError(f"{parent.name} là thôn, không có địa bàn nào ở dưới nữa.")
        if level not in {None, below}:
            raise InvalidInputError(f"Dưới {parent.name} phải là {LEVEL_NAMES[below]}.")
        level = below
    code = code.strip() or slug(name)
    if not _CODE.fullmatch(code):
        raise InvalidInputError(f"Mã địa bàn “{code[:80]}” chỉ được gồm chữ không dấu, số, dấu chấm và gạch nối.")
    if session.exec(select(Area).where(Area.code == code)).first():
        raise ConflictError(f"Mã địa bàn “{code}” đã có. Hãy dùng mã khác.")
    area = Area(code=code, name=name, level=level, parent_id=parent.id if parent else None)
    session.add(area)
    session.flush()
    audit.record(session, actor, "area.create", area.id, name=name, code=code, level=level.value)
    return area


LEVEL_NAMES = {AreaLevel.PROVINCE: "tỉnh", AreaLevel.COMMUNE: "xã", AreaLevel.VILLAGE: "thôn"}
"""Levels as screens call them."""


def top(session: Session) -> Area:
    """The place that this station speaks for. Raises NotFoundError before the first setup."""
    found = session.exec(select(Area).where(col(Area.parent_id).is_(None)).order_by(col(Area.id))).first()
    if found is None:
        raise NotFoundError("Đài chưa được thiết lập.")
    return found


def chain(session: Session, area_id: str) -> list[Area]:
    """The area and everything above it, the area itself first."""
    areas: list[Area] = []
    next_id: str | None = area_id
    while next_id is not None:
        area = session.get(Area, next_id)
        if area is None:
            break
        areas.append(area)
        next_id = area.parent_id
    return areas


def _tree() -> Select[tuple[str]]:
    roots = select(Area.id).where(Area.id == bindparam("root")).cte("tree", recursive=True)
    tree = roots.union(select(Area.id).join(roots, col(Area.parent_id) == roots.c.id))
    return sql_select(tree.c.id)


_ALL_BELOW = _tree()
"""One question, built once: every page asks it several times, every open stream several times a second."""


def below(session: Session, area_id: str) -> set[str]:
    """Ids of the area and of everything under it."""
    return {area_id, *session.execute(_ALL_BELOW, {"root": area_id}).scalars()}


def concerning(session: Session, area_id: str) -> set[str]:
    """Ids of the areas whose broadcasts are heard in this one or below it: its own, those below, and those above."""
    return below(session, area_id) | {area.id for area in chain(session, area_id)}


def contains(session: Session, outer_id: str, inner_id: str) -> bool:
    """Whether `inner_id` is `outer_id` or lies under it."""
    return any(area.id == outer_id for area in chain(session, inner_id))


def listed(session: Session, ids: Collection[str]) -> list[Area]:
    """The areas with these ids as people read them: parents before children, siblings by name."""
    by_parent: dict[str | None, list[Area]] = {}
    known = {area.id: area for area in session.exec(select(Area).where(col(Area.id).in_(ids)))}
    for area in known.values():
        by_parent.setdefault(area.parent_id if area.parent_id in known else None, []).append(area)
    ordered: list[Area] = []
    stack = sorted(by_parent.get(None, []), key=lambda area: sort_key(area.name), reverse=True)
    while stack:
        area = stack.pop()
        ordered.append(area)
        stack += sorted(by_parent.get(area.id, []), key=lambda child: sort_key(child.name), reverse=True)
    return ordered


def slug(text: str) -> str:
    """Vietnamese letters without their marks: "Thôn Nà Đon" becomes "thon-na-don"."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")[:60]


def sort_key(name: str) -> list[tuple[int, str]]:
    """Order for people: "Thôn 2" before "Thôn 10"."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", slug(name)) if part]
