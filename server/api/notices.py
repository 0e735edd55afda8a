"""What a person must know."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from server import notices
from server.api.context import PersonDep, StationDep
from server.api.views import Items

router = APIRouter(prefix="/notices", tags=["notices"])


class NoticeView(BaseModel):
    """Something to know; `path` is the page where something can be done about it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    text: str
    path: str
    at: AwareDatetime


@router.get("")
def get_notices(person: PersonDep, station: StationDep) -> Items[NoticeView]:
    """What the person has not put away, the newest first."""
    with station.database.read() as session:
        return Items(items=[NoticeView.model_validate(notice) for notice in notices.unread(session, person)])


@router.post("/{notice_id}/read", status_code=204)
def post_read(notice_id: str, person: PersonDep, station: StationDep) -> None:
    """Put one away."""
    with station.database.write() as session:
        notices.put_away(session, person, notice_id)
