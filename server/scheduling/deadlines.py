"""Not approved when its time comes: it does not sound, and who can do something about it is told, an hour before and then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from server import areas, notices, policy
from server.bulletins import approval, store
from server.errors import StationError
from server.scheduling.due import due
from server.scheduling.plan import begin_waiting, lapse
from server.tables import (
    Area,
    Bulletin,
    Person,
    ProductionStatus,
    RoleName,
    Schedule,
    ScheduleStatus,
    Version,
    VersionStatus,
)

WARNING = timedelta(hours=1)
_WAITING = (ScheduleStatus.WAITING, ScheduleStatus.UNCONFIRMED)


def watch(session: Session, at: datetime, zone: str) -> bool:
    """Warn, let lapse, and approve what a standing rule approves; whether something for the devices changed."""
    for made in session.exec(select(Schedule).where(col(Schedule.status).in_(_WAITING))).all():
        _watch_one(session, made, at, zone)
    return _approve_by_rule(session, at, zone)


def pending(session: Session) -> bool:
    """Whether there is anything to watch: asked before the write lock is taken."""
    waits = session.exec(select(Schedule.id).where(col(Schedule.status).in_(_WAITING)).limit(1)).first()
    return waits is not None or bool(_by_village_heads(session))


def _watch_one(session: Session, made: Schedule, at: datetime, zone: str) -> None:
    version = session.get(Version, made.version_id)
    bulletin = session.get(Bulletin, version.bulletin_id) if version else None
    area = session.get(Area, made.area_id)
    assert version is not None
    assert bulletin is not None
    assert area is not None
    if version.status in {VersionStatus.REFUSED, VersionStatus.WITHDRAWN}:
        lapse(session, made, f"Bản tin {approval.STATUS_NAMES[version.status]}.")
        return
    coming = next(due(made, after=at, before=at + WARNING, zone=zone), None)
    missed = next(due(made, after=made.start_at, before=at, zone=zone), None)
    path = f"/ban-tin/{bulletin.id}"
    confirmed = made.status is not ScheduleStatus.UNCONFIRMED
    kind, lacks = ("approval", "được duyệt") if confirmed else ("confirmation", "được người thứ hai đồng ý giờ phát")
    if coming is not None:
        local = coming.astimezone(ZoneInfo(zone))
        text = f"“{bulletin.title}” hẹn phát lúc {local:%H:%M} ở {area.name} nhưng chưa {lacks}. Chưa {lacks} thì không phát."
        _tell_all(session, bulletin, f"{kind}_due", f"{made.id}:{local:%Y%m%d%H%M}", text, path)
    if missed is not None:
        local = missed.astimezone(ZoneInfo(zone))
        text = f"“{bulletin.title}” không được phát lúc {local:%H:%M} ngày {local:%d/%m} ở {area.name} vì chưa {lacks}."
        _tell_all(session, bulletin, f"{kind}_missed", f"{made.id}:{local:%Y%m%d%H%M}", text, path)
        if not made.rule:
            lapse(session, made, f"Chưa {lacks} khi đến giờ phát.")


def _tell_all(session: Session, bulletin: Bulletin, kind: str, object_id: str, text: str, path: str) -> None:
    author, area = session.get(Person, bulletin.author_id), areas.find(session, bulletin.area_id)
    people = {person.id: person for person in [*notices.approvers(session, area), *([author] if author else [])]}
    for person in people.values():
        notices.tell(session, person, kind, object_id, text, path)


def _by_village_heads(session: Session) -> list[tuple[Version, Bulletin]]:
    return list(
        session.exec(
            select(Version, Bulletin)
            .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
            .join(Person, col(Version.author_id) == col(Person.id))
            .where(Version.status == VersionStatus.SUBMITTED, col(Person.role) == RoleName.VILLAGE_HEAD)
        ).all()
    )


def _approve_by_rule(session: Session, at: datetime, zone: str) -> bool:
    approved = False
    for version, bulletin in _by_village_heads(session):
        rules = policy.village_hours(session, bulletin.area_id)
        production = store.production_of(session, version)
        ruler = session.get(Person, rules.set_by) if rules.set_by else None
        if (
            rules.rules.approval
            or ruler is None
            or production is None
            or production.status is not ProductionStatus.READY
        ):
            continue
        try:
            approval.approve(session, ruler, version.id, f"Theo quy định của {rules.owner} dành cho trưởng thôn")
        except StationError:  # who set the rule has lost the right, or edited the text: it waits for a leader
            continue
        begin_waiting(session, version, at, zone)
        approved = True
    return approved
