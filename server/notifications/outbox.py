"""Sending what was noted: together for each person, claimed before it is sent, tried again with growing pauses."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.database import Database
from server.tables import Contact, Notification

log = structlog.get_logger(__name__)
_CLAIM = timedelta(minutes=5)
"""While one process sends, another leaves it alone; past it, it died."""
_PAUSES_MINUTES = (1, 5, 15, 60, 180, 360, 720)
_MOST_LINES = 10


class Post(Protocol):
    """What carries a message to an address."""

    def send(self, url: str, title: str, text: str) -> bool:
        """Whether it was taken. Never raises for a failed delivery."""


class ApprisePost:
    """Apprise: mail, Telegram, ntfy, a JSON hook … by the scheme of the address."""

    def send(self, url: str, title: str, text: str) -> bool:
        """Whether the service took it."""
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415  half a second that few starts need

        carrier = Apprise()
        return bool(carrier.add(url)) and bool(carrier.notify(body=text, title=title, body_format=NotifyFormat.TEXT))


class Outbox:
    """What is due, sent. Several processes may run one: rows are claimed."""

    def __init__(self, database: Database, post: Post, station_name: str) -> None:
        self._database = database
        self._post = post
        self._name = station_name

    def run(self, at: datetime) -> int:
        """How many notes were sent."""
        with self._database.read() as session:
            if session.exec(_due(at).limit(1)).first() is None:
                return 0
        with self._database.write() as session:
            waiting = self._claim(session, at)
        sent = 0
        for urls, notes in waiting:
            title, text = self._letter(notes)
            taken = [self._post.send(url, title, text) for url in urls]
            with self._database.write() as session:
                for note in notes:
                    _settle(session, note.id, at, sent=any(taken))
            sent += len(notes) if any(taken) else 0
            log.info("people told", notes=len(notes), addresses=len(urls), taken=sum(taken))
        return sent

    @staticmethod
    def _claim(session: Session, at: datetime) -> list[tuple[list[str], list[Notification]]]:
        by_person: dict[str, list[Notification]] = defaultdict(list)
        for note in session.exec(_due(at)):
            note.due_at, note.tries = at + _CLAIM, note.tries + 1
            session.add(note)
            by_person[note.person_id].append(note)
        reached = session.exec(
            select(Contact.person_id, Contact.url).where(
                col(Contact.person_id).in_(by_person), col(Contact.removed_at).is_(None)
            )
        ).all()
        return [([url for who, url in reached if who == person], notes) for person, notes in by_person.items()]

    def _letter(self, notes: list[Notification]) -> tuple[str, str]:
        lines = [note.text for note in notes[:_MOST_LINES]]
        if len(notes) > _MOST_LINES:
            lines.append(f"… và {len(notes) - _MOST_LINES} việc khác. Xem ở trang của đài.")
        title = notes[0].title if len(notes) == 1 else f"{len(notes)} việc cần biết"
        return f"{self._name}: {title}", "\n".join(lines)


def _due(at: datetime) -> SelectOfScalar[Notification]:
    return (
        select(Notification)
        .where(
            col(Notification.sent_at).is_(None), col(Notification.given_up_at).is_(None), col(Notification.due_at) <= at
        )
        .order_by(col(Notification.created_at))
    )


def _settle(session: Session, note_id: str, at: datetime, *, sent: bool) -> None:
    note = session.get(Notification, note_id)
    if note is None:
        return
    if sent:
        note.sent_at, note.error = at, ""
    elif note.tries > len(_PAUSES_MINUTES):
        note.given_up_at, note.error = at, "Không gửi được tới địa chỉ nào."
    else:
        note.due_at = at + timedelta(minutes=_PAUSES_MINUTES[note.tries - 1])
        note.error = "Chưa gửi được, sẽ thử lại."
    session.add(note)
