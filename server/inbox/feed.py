"""The port behind which a province's system stands: it hands messages down and takes answers up. The real adapter is one module."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from protocol.priorities import Priority


class Answer(StrEnum):
    """What became of a message, as the sender is told."""

    AIRED = "aired"
    PLANNED = "planned"
    DECLINED = "declined"
    LATE = "late"  # its deadline passed and it was not aired


class Sent(BaseModel):
    """A message as a feed hands it over."""

    model_config = ConfigDict(frozen=True)

    remote_id: str = Field(min_length=1, max_length=200)
    area: str = ""
    """Code of the area that it is for; empty is the station's top."""
    priority: Priority = Priority.NORMAL
    field: str = Field(default="general", max_length=40)
    title: str = Field(min_length=1, max_length=300)
    summary: str = ""
    text: str = Field(default="", max_length=200_000)
    author: str = Field(default="", max_length=200)
    sender: str = Field(default="", max_length=200)
    produced_at: AwareDatetime | None = None
    must_air: bool = False
    may_edit: bool = True
    deadline: AwareDatetime | None = None
    facts: dict[str, Any] = {}


class FeedError(Exception):
    """The other side cannot be reached, or does not understand; it passes, or a person must look."""


class Feed(Protocol):
    """One sender's system."""

    @property
    def name(self) -> str:
        """Short and stable: part of each message's identity."""

    def fetch(self) -> Sequence[Sent]:
        """What is there; a message may come again. Raises FeedError."""

    def answer(self, remote_id: str, answer: Answer, note: str) -> None:
        """Tell the sender. Saying it twice does no harm. Raises FeedError."""
