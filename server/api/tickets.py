"""Answering residents' feedback."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from server import feedback
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.tables import FeedbackKind, FeedbackStatus

router = APIRouter(prefix="/feedback", tags=["feedback"])


class TicketView(BaseModel):
    """A resident's word as the commune sees it."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    kind: FeedbackKind
    text: str
    area_id: str
    version_id: str | None
    created_at: AwareDatetime
    status: FeedbackStatus
    answer: str
    answered_by: str | None
    answered_at: AwareDatetime | None
    published: bool


class AnswerRequest(BaseModel):
    """The authority's answer; published, word and answer stand on the residents' page."""

    answer: str = Field(max_length=feedback.LONGEST_ANSWER)
    publish: bool = False


@router.get("")
def get_tickets(person: PersonDep, station: StationDep) -> Items[TicketView]:
    """What was written about the person's place and below: unanswered first."""
    with station.database.read() as session:
        return Items(items=[TicketView.model_validate(row) for row in feedback.inbox(session, person)])


@router.post("/{feedback_id}/answer")
def post_answer(feedback_id: str, body: AnswerRequest, person: PersonDep, station: StationDep) -> TicketView:
    """Answer it."""
    with station.database.write() as session:
        return TicketView.model_validate(
            feedback.answer(session, person, feedback_id, body.answer, publish=body.publish)
        )


@router.post("/{feedback_id}/drop")
def post_drop(feedback_id: str, person: PersonDep, station: StationDep) -> TicketView:
    """Put away what needs no answer."""
    with station.database.write() as session:
        return TicketView.model_validate(feedback.drop(session, person, feedback_id))
