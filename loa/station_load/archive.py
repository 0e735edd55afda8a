"""Years of work in a database: ten thousand bulletins, documents of the log, notices, so that pages are asked of what is large."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from protocol.priorities import Priority
from reading import document_from_text, read
from server import audit
from server.tables import (
    Area,
    Bulletin,
    DeviceEvent,
    Notice,
    Person,
    Version,
    VersionStatus,
)
from server.tables.columns import new_id, now

_PARAGRAPH = (
    "Ủy ban nhân dân xã thông báo lịch họp thôn vào lúc 19 giờ 30 phút ngày 12/6/2026 tại nhà văn hóa. "
    "Đề nghị bà con đến đông đủ, đúng giờ. Nội dung: bàn về đường giao thông nông thôn và vệ sinh môi trường. "
)
TWO_PAGES: dict[str, Any] = read(document_from_text("\n".join([_PARAGRAPH] * 4))).model_dump(mode="json")
"""The script of an ordinary bulletin, as its version keeps it."""
_CHUNK = 1000
_STATUSES = (VersionStatus.APPROVED,) * 6 + (VersionStatus.DRAFT,) * 3 + (VersionStatus.SUBMITTED,)


def fill(session: Session, commune: Area, officer: Person, count: int) -> None:
    """`count` bulletins with a script of two pages each, as many notices, log entries and events of one speaker."""
    at = now() - timedelta(days=count // 20)
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        _bulletins(session, commune, officer, at, numbers)
        _notices(session, officer, at, numbers)
        _events(session, at, numbers)
    for number in range(count):
        audit.record(session, officer.id, "bulletin.edit", f"v-{number}", sentence=number)
        if number % _CHUNK == 0:
            session.flush()
            session.expunge_all()


def _bulletins(session: Session, commune: Area, officer: Person, at: datetime, numbers: range) -> None:
    bulletins, versions = [], []
    for number in numbers:
        bulletin_id, made = new_id(), at + timedelta(hours=number)
        bulletins.append(
            {
                "id": bulletin_id, "title": f"Thông báo số {number}", "area_id": commune.id, "priority": Priority.NORMAL,
                "field": "general", "author_id": officer.id, "created_at": made,
            }
        )  # fmt: skip
        versions.append(
            {
                "id": new_id(), "bulletin_id": bulletin_id, "number": 1, "status": _STATUSES[number % len(_STATUSES)],
                "script": TWO_PAGES, "edit_count": 0, "author_id": officer.id, "decision_note": "", "created_at": made,
            }
        )  # fmt: skip
    session.execute(insert(Bulletin), bulletins)
    session.execute(insert(Version), versions)


def _notices(session: Session, officer: Person, at: datetime, numbers: range) -> None:
    rows = [
        {
            "id": new_id(), "person_id": officer.id, "kind": "approval_due", "object": f"s-{number}", "path": "/",
            "text": f"Thông báo số {number} chưa được duyệt.", "at": at + timedelta(hours=number),
        }
        for number in numbers
    ]  # fmt: skip
    session.execute(insert(Notice), rows)


def _events(session: Session, at: datetime, numbers: range) -> None:
    rows = [
        {
            "id": new_id(), "speaker_id": "loa-00000", "epoch": "e0", "seq": number + 1, "at": at + timedelta(hours=number),
            "received_at": at + timedelta(hours=number), "clock": "synced", "type": "job", "data": {"job_id": f"j-{number}"},
        }
        for number in numbers
    ]  # fmt: skip
    session.execute(insert(DeviceEvent), rows)
