"""Groups of speakers across villages ("dọc sông", "chợ")."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from server import areas, audit
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.people import rights
from server.tables import Area, Person, Speaker, SpeakerGroup, SpeakerGroupMember
from server.tables.columns import now

MOST = 5000
"""Speakers in a group."""


def create(session: Session, person: Person, *, name: str, area_id: str, speaker_ids: Sequence[str]) -> SpeakerGroup:
    """A new group at an area. Raises NotFoundError, ForbiddenError, InvalidInputError (name, speaker elsewhere), ConflictError."""
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.SPEAKERS, area.id)
    group = SpeakerGroup(name=_name(name), area_id=area.id, created_by=person.id)
    _check_free(session, group, group.name)
    session.add(group)
    session.flush()
    _set_members(session, group, speaker_ids)
    audit.record(
        session, person.id, "group.create", group.id, name=group.name, area=area.id, speakers=sorted(set(speaker_ids))
    )
    return group


def change(
    session: Session,
    person: Person,
    group_id: str,
    *,
    name: str | None = None,
    speaker_ids: Sequence[str] | None = None,
) -> SpeakerGroup:
    """Another name, other members (all of them are given). What was made for the next days stays. Raises as `create`."""
    group = _manage(session, person, group_id)
    if name is not None and _name(name) != group.name:
        _check_free(session, group, _name(name))
        group.name = _name(name)
    if speaker_ids is not None:
        _set_members(session, group, speaker_ids)
    session.add(group)
    audit.record(
        session, person.id, "group.change", group.id, name=group.name,
        speakers=sorted(set(speaker_ids)) if speaker_ids is not None else None,
    )  # fmt: skip
    return group


def dissolve(session: Session, person: Person, group_id: str) -> SpeakerGroup:
    """Nothing new goes to it. Its schedules must have been withdrawn first, which the caller checks. Raises as `change`."""
    group = _manage(session, person, group_id)
    group.dissolved_at = now()
    group.name = f"{group.name} ({group.id[:8]})"[:100]  # the name is free again
    session.add(group)
    audit.record(session, person.id, "group.dissolve", group.id)
    return group


def find(session: Session, person: Person, group_id: str) -> SpeakerGroup:
    """A group that the person may see. Raises NotFoundError."""
    group = session.get(SpeakerGroup, group_id)
    if group is None or group.dissolved_at is not None:
        raise NotFoundError("Không có nhóm loa này.")
    if not rights.may(session, person, rights.Action.READ, group.area_id):
        raise NotFoundError("Không có nhóm loa này.")
    return group


def within(session: Session, person: Person, group_id: str, area: Area) -> SpeakerGroup | None:
    """The group that something in the area shall go to; None for an empty id. Raises NotFoundError, InvalidInputError."""
    group = find(session, person, group_id) if group_id else None
    if group is not None and not areas.contains(session, area.id, group.area_id):
        raise InvalidInputError(f"Nhóm loa “{group.name}” không thuộc {area.name}. Hãy chọn nhóm hoặc địa bàn khác.")
    return group


def visible(session: Session, person: Person) -> list[SpeakerGroup]:
    """The groups that the person may see, by name."""
    return list(
        session.exec(
            select(SpeakerGroup)
            .where(
                col(SpeakerGroup.area_id).in_(rights.reach(session, person)), col(SpeakerGroup.dissolved_at).is_(None)
            )
            .order_by(col(SpeakerGroup.name))
        )
    )


def members(session: Session, group_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of the speakers of each group."""
    found: dict[str, list[str]] = {group_id: [] for group_id in group_ids}
    for member in session.exec(
        select(SpeakerGroupMember)
        .where(col(SpeakerGroupMember.group_id).in_(found))
        .order_by(col(SpeakerGroupMember.speaker_id))
    ):
        found[member.group_id].append(member.speaker_id)
    return found


def _manage(session: Session, person: Person, group_id: str) -> SpeakerGroup:
    group = find(session, person, group_id)
    rights.require(session, person, rights.Action.SPEAKERS, group.area_id)
    return group


def _set_members(session: Session, group: SpeakerGroup, speaker_ids: Sequence[str]) -> None:
    wanted = set(speaker_ids)
    if not 1 <= len(wanted) <= MOST:
        raise InvalidInputError(f"Nhóm loa phải có từ 1 đến {MOST} cụm loa.")
    places = areas.below(session, group.area_id)
    known = dict(session.exec(select(Speaker.id, Speaker.area_id).where(col(Speaker.id).in_(wanted))).all())
    for speaker_id in sorted(wanted):
        if speaker_id not in known:
            raise NotFoundError(f"Không có cụm loa “{speaker_id[:80]}”.")
        if known[speaker_id] not in places:
            raise InvalidInputError(f"Cụm loa “{speaker_id}” không thuộc địa bàn của nhóm. Hãy lập nhóm ở cấp cao hơn.")
    for member in session.exec(select(SpeakerGroupMember).where(SpeakerGroupMember.group_id == group.id)).all():
        if member.speaker_id in wanted:
            wanted.discard(member.speaker_id)
        else:
            session.delete(member)
    session.add_all(SpeakerGroupMember(group_id=group.id, speaker_id=speaker_id) for speaker_id in sorted(wanted))
    session.flush()


def _check_free(session: Session, group: SpeakerGroup, name: str) -> None:
    taken = select(SpeakerGroup.id).where(
        SpeakerGroup.area_id == group.area_id, SpeakerGroup.name == name, SpeakerGroup.id != group.id
    )
    if session.exec(taken).first() is not None:
        raise ConflictError(f"Đã có nhóm loa tên “{name}” ở đây. Hãy chọn tên khác.")


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInputError("Nhóm loa phải có tên, không quá 80 ký tự.")
    return name
