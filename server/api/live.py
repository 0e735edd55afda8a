"""Changes as they happen: server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from server.api.context import PersonDep, StationDep, token_of
from server.live import Change, Watch
from server.people import sign_in
from server.station import Station
from server.tables.columns import now

router = APIRouter(prefix="/live", tags=["live"])
_LOOK_S = 0.4
_LATE = timedelta(minutes=5)
"""A page that was longer on its way to the browser is asked for anew."""
_QUIET_S = 15.0
"""An event at least this often, so that neither a page nor anybody on the way takes the silence for a dead connection."""


@router.get("", response_class=StreamingResponse)
async def get_live(
    request: Request, person: PersonDep, station: StationDep, since: AwareDatetime | None = None
) -> StreamingResponse:
    """Events `production`, `speaker` and `delivery` with JSON, from now on, at the person's place and below.

    `deed` says of what kind of thing somebody did something ({"noun": "version"}, "feedback", "fault", "notice" …).
    `since`: not from now on but from then, at most five minutes ago. It ends when the person is signed out or shut out.
    """
    start = max(since or now(), now() - _LATE)
    return StreamingResponse(
        stream(request, station, Watch(person.area_id, person.id, start)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def stream(request: Request, station: Station, watch: Watch) -> AsyncIterator[str]:
    """The text of the events, as long as somebody reads it who may."""
    yield "retry: 2000\n\n"
    token = token_of(request)
    quiet_s = 0.0
    while not await request.is_disconnected():
        changes = await run_in_threadpool(_look, station, watch, token)
        if changes is None:
            return
        for name, data in changes:
            yield f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        quiet_s = 0.0 if changes else quiet_s + _LOOK_S
        if quiet_s >= _QUIET_S:
            yield "event: quiet\ndata: {}\n\n"
            quiet_s = 0.0
        await asyncio.sleep(_LOOK_S)


def _look(station: Station, watch: Watch, token: str) -> list[Change] | None:
    """What is new; None when the token opens nothing any more."""
    with station.database.read() as session:
        return watch.changes(session) if sign_in.whose(session, token) is not None else None
