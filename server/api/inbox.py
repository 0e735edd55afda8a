"""The inbox: messages from the province and the centre."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from protocol.priorities import Priority
from server import inbox
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.inbox import Answer
from server.tables import InboxStatus

router = APIRouter(prefix="/inbox", tags=["inbox"])


class InboxItem(BaseModel):
    """A message in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    source: str = Field(examples=["tinh"])
    remote_id: str = Field(examples=["BT-2026-0712"])
    area_id: str
    priority: Priority
    field: str
    title: str
    sender: str = Field(examples=["Đài tỉnh"])
    received_at: AwareDatetime
    must_air: bool
    may_edit: bool
    deadline: AwareDatetime | None
    status: InboxStatus
    bulletin_id: str | None
    answer: str = Field(examples=["aired"])
    answered_at: AwareDatetime | None
    answer_sent_at: AwareDatetime | None


class InboxView(InboxItem):
    """A message with all it says and what was done with it."""

    summary: str
    text: str
    author: str
    produced_at: AwareDatetime | None
    facts: dict[str, Any]
    seen_by: str | None
    seen_at: AwareDatetime | None
    taken_at: AwareDatetime | None
    answer_note: str
    answered_by: str | None


class TakeRequest(BaseModel):
    """Other words than the sender's, where these may be changed; null takes it as it is."""

    text: str | None = Field(default=None, max_length=200_000)


class AnswerRequest(BaseModel):
    """What became of it. A message that need not be aired may be declined, with the reason."""

    answer: Answer
    note: str = Field(default="", max_length=1000, examples=["Đã phát lúc 17:00"])


@router.get("")
def get_inbox(
    person: PersonDep,
    station: StationDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=64)] = "",
    open_only: bool = False,
) -> Items[InboxItem]:
    """The newest first; `before` is the id of the last one of the page before."""
    with station.database.read() as session:
        found = inbox.in_inbox(session, person, open_only=open_only, limit=limit, before_id=before)
        return Items(items=[InboxItem.model_validate(row) for row in found])


@router.get("/{message_id}")
def get_message(message_id: str, person: PersonDep, station: StationDep) -> InboxView:
    """One message. Reading it marks it as seen."""
    with station.database.write() as session:
        return InboxView.model_validate(inbox.open_message(session, person, message_id))


@router.post("/{message_id}/take")
def post_take(message_id: str, body: TakeRequest, person: PersonDep, station: StationDep) -> InboxView:
    """Make a bulletin of it: a draft with its class and field, approved like any other."""
    made = inbox.take(station.database, station.settings, person, message_id, body.text)
    return InboxView.model_validate(made)


@router.post("/{message_id}/answer")
def post_answer(message_id: str, body: AnswerRequest, person: PersonDep, station: StationDep) -> InboxView:
    """Answer it; the sender is told at the next round."""
    with station.database.write() as session:
        return InboxView.model_validate(inbox.answer(session, person, message_id, body.answer, body.note))
