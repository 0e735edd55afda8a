"""The commune's inbox of messages from the province and the centre, by class (domain.md, "What is asked of a station", 1)."""

from server.inbox.feed import Answer, Feed, Sent
from server.inbox.messages import answer, in_inbox, open_message, receive, take, unopened
from server.inbox.rounds import Round

__all__ = ["Answer", "Feed", "Round", "Sent", "answer", "in_inbox", "open_message", "receive", "take", "unopened"]
