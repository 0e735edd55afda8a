"""Sending again what did not sound."""

from fastapi import APIRouter
from pydantic import BaseModel

from server.air.again import send_again
from server.api.context import PersonDep, StationDep
from server.api.views import OccurrenceView, occurrence_views
from server.tables import Occurrence

router = APIRouter(prefix="/occurrences", tags=["occurrences"])


class AgainRequest(BaseModel):
    """On which speakers; null is every one where it did not sound."""

    speaker_ids: list[str] | None = None


@router.post("/{occurrence_id}/again", status_code=201)
def post_again(occurrence_id: str, body: AgainRequest, person: PersonDep, station: StationDep) -> OccurrenceView:
    """A further attempt where it ended otherwise than PLAYED."""
    with station.database.write() as session:
        send_again(session, person, occurrence_id, station.settings.timezone, body.speaker_ids)
        occurrence = session.get(Occurrence, occurrence_id)
        assert occurrence is not None
        view = occurrence_views(session, [occurrence])[0]
    station.air.kick()
    return view
