"""Radios that may be relayed (tiếp sóng): made by an officer, approved by a leader, then scheduled like a bulletin."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from protocol.priorities import Priority
from reading import Script
from server import areas, audit, notices
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.people import rights
from server.scheduling import withdraw_version
from server.tables import Bulletin, Person, Relay, Version, VersionStatus
from server.tables.columns import now

MOST_URLS = 5
_LONGEST_URL = 2000
_ASKED = "relay_asked"


def create(session: Session, person: Person, *, name: str, area_id: str, urls: Sequence[str]) -> Relay:
    """A new source, not approved yet: who may approve it is told. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.WRITE, area.id, Priority.RELAY)
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise InvalidInputError("Nguồn tiếp sóng phải có tên, không quá 200 ký tự.")
    if not 1 <= len(urls) <= MOST_URLS:
        raise InvalidInputError(f"Nguồn tiếp sóng phải có từ 1 đến {MOST_URLS} địa chỉ.")
    relay = Relay(name=name, area_id=area.id, urls=[checked_url(url) for url in urls], created_by=person.id)
    session.add(relay)
    session.flush()
    audit.record(session, person.id, "relay.create", relay.id, name=name, area=area.id, urls=relay.urls)
    for leader in notices.approvers(session, area):
        if leader.id != person.id:
            text = f"{person.name} đề nghị duyệt nguồn tiếp sóng “{name}” của {area.name}."
            notices.tell(session, leader, _ASKED, relay.id, text, f"/tiep-song/{relay.id}")
    return relay


def approve(session: Session, person: Person, relay_id: str) -> Relay:
    """A leader lets it be relayed; name and addresses are frozen.

    Raises NotFoundError, ForbiddenError (no right, or its author), ConflictError (approved already).
    """
    relay = find(session, person, relay_id)
    rights.require(session, person, rights.Action.APPROVE, relay.area_id, Priority.RELAY)
    if relay.version_id is not None:
        raise ConflictError(f"Nguồn tiếp sóng “{relay.name}” đã được duyệt.")
    if person.id == relay.created_by:
        raise ForbiddenError("Người tạo nguồn tiếp sóng không được tự duyệt. Hãy nhờ lãnh đạo khác duyệt.")
    bulletin = Bulletin(title=relay.name, area_id=relay.area_id, priority=Priority.RELAY, author_id=relay.created_by)
    session.add(bulletin)
    session.flush()
    version = Version(
        bulletin_id=bulletin.id,
        number=1,
        status=VersionStatus.APPROVED,
        script=Script(title=relay.name, document_sha256="", sentences=()).model_dump(mode="json"),
        author_id=relay.created_by,
        decided_by=person.id,
        decided_at=now(),
    )
    session.add(version)
    session.flush()
    relay.version_id = version.id
    session.add(relay)
    notices.settle(session, _ASKED, relay.id)
    audit.record(session, person.id, "relay.approve", relay.id, version=version.id, urls=relay.urls)
    return relay


def retire(session: Session, person: Person, relay_id: str, at: datetime) -> Relay:
    """Relay it no more: its schedules are withdrawn, also on air. Raises NotFoundError, ForbiddenError."""
    relay = find(session, person, relay_id)
    rights.require(session, person, rights.Action.WRITE, relay.area_id, Priority.RELAY)
    relay.retired_at = at
    session.add(relay)
    if relay.version_id is not None:
        withdraw_version(session, person, relay.version_id, at)
    notices.settle(session, _ASKED, relay.id)
    audit.record(session, person.id, "relay.retire", relay.id)
    return relay


def find(session: Session, person: Person, relay_id: str) -> Relay:
    """A source that the person may see. Raises NotFoundError."""
    relay = session.get(Relay, relay_id)
    if relay is None or relay.retired_at or not rights.may(session, person, rights.Action.READ, relay.area_id):
        raise NotFoundError("Không có nguồn tiếp sóng này.")
    return relay


def visible(session: Session, person: Person) -> list[Relay]:
    """The sources that the person may see, by name."""
    return list(
        session.exec(
            select(Relay)
            .where(col(Relay.area_id).in_(rights.reach(session, person)), col(Relay.retired_at).is_(None))
            .order_by(col(Relay.name))
        )
    )


def checked_url(url: str) -> str:
    """The address of a radio without blanks around it. Raises InvalidInputError."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # "http://[" is no address at all
        known = False
    if not known or len(url) > _LONGEST_URL or " " in url or not (url.isascii() and url.isprintable()):
        raise InvalidInputError(f"Địa chỉ “{url[:60]}” không đúng. Ví dụ đúng: https://dai.example/vov1.m3u8")
    return url
