"""One round with a feed: answers go up, messages come down. What fails is tried again at the next, and holds up nothing else."""

import structlog

from server.database import Database
from server.inbox import messages
from server.inbox.feed import Feed, FeedError
from server.tables import InboxMessage
from server.tables.columns import now

log = structlog.get_logger(__name__)


class Round:
    """Run it by the clock. A failure of the feed is logged and leaves what it concerned to the next time."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed

    def run(self) -> int:
        """How many messages were new. Deadlines pass whether the sender can be reached or not."""
        self._answer()
        new = self._fetch()
        with self._database.write() as session:
            messages.overdue(session, now())
        return new

    def _answer(self) -> None:
        with self._database.read() as session:
            waiting = messages.unanswered_upwards(session, self._feed.name)
        for message_id, remote_id, answer, note in waiting:
            try:
                self._feed.answer(remote_id, answer, note)
            except FeedError as error:
                log.warning("answer not taken", feed=self._feed.name, message=message_id, error=str(error))
                continue
            with self._database.write() as session:
                row = session.get(InboxMessage, message_id)
                if row is not None:
                    row.answer_sent_at = now()
                    session.add(row)

    def _fetch(self) -> int:
        try:
            sent = self._feed.fetch()
        except FeedError as error:
            log.warning("feed not reached", feed=self._feed.name, error=str(error))
            return 0
        new = 0
        for each in sent:
            with self._database.write() as session:
                new += messages.receive(session, self._feed.name, each) is not None
        return new
