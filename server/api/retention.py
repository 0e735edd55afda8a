"""How long each kind of data is kept."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from server import retention
from server.api.context import PersonDep, StationDep
from server.api.views import Items

router = APIRouter(prefix="/retention", tags=["retention"])


class TermView(BaseModel):
    """A kind of data and its term; `own`: decided here, else the usual."""

    model_config = ConfigDict(from_attributes=True)

    kind: retention.Kind
    days: int = Field(examples=[365])
    least_days: int = Field(examples=[30])
    own: bool


class TermRequest(BaseModel):
    """Days to keep it."""

    days: int = Field(ge=1, le=36_500, examples=[730])


@router.get("")
def get_terms(_: PersonDep, station: StationDep) -> Items[TermView]:
    """All kinds. The audit log is not among them: it is never shortened."""
    with station.database.read() as session:
        return Items(items=[TermView.model_validate(term) for term in retention.terms(session)])


@router.put("/{kind}")
def put_term(kind: retention.Kind, body: TermRequest, person: PersonDep, station: StationDep) -> TermView:
    """Set it; what is past it goes within a day, and the audit log says how much."""
    with station.database.write() as session:
        return TermView.model_validate(retention.decide(session, person, kind, body.days))
