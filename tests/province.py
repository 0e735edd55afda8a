"""A system above the commune that has messages for it."""

from server.inbox import Answer, Sent


class Province:
    """Full fake of a feed: has these messages and remembers what it was told."""

    name = "tinh"

    def __init__(self, *there: Sent) -> None:
        self.there = there
        self.told: list[tuple[str, str, str]] = []

    def fetch(self) -> tuple[Sent, ...]:
        return self.there

    def answer(self, remote_id: str, answer: Answer, note: str) -> None:
        self.told.append((remote_id, answer.value, note))
