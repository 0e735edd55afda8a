"""One round with a feed: answers go up, messages come down. What fails is tried again at the next."""

import structlog

from server.database import Database
from server.inbox import messages
from server.inbox.feed import Feed, FeedError
from server.tables import InboxMessage
from server.tables.columns import now

log = structlog.get_logger(__name__)


class Round:
    """Run it by the clock. A failure of the feed is logged and leaves everything to the next time."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed

    def run(self) -> int:
        """How many messages were new."""
        try:
            self._answer()
            return self._fetch()
        except FeedError as error:
            log.warning("feed not reached", feed=self._feed.name, error=str(error))
            return 0

    def _answer(self) -> None:
        with self._database.read() as session:
            waiting = messages.unanswered_upwards(session, self._feed.name)
        for message_id, remote_id, answer, note in waiting:
            self._feed.answer(remote_id, answer, note)
            with self._database.write() as session:
                row = session.get(InboxMessage, message_id)
                if row is not None:
                    row.answer_sent_at = now()
                    session.add(row)

    def _fetch(self) -> int:
        sent = self._feed.fetch()
        with self._database.write() as session:
            made = [messages.receive(session, self._feed.name, each) for each in sent]
            messages.overdue(session, now())
        return sum(row is not None for row in made)
