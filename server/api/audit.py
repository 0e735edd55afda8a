"""The audit log over HTTP: read a part, take all of it away, have it verified. It is of the whole station, and so is the right."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from server import areas, audit
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.people import rights

router = APIRouter(prefix="/audit", tags=["audit"])


class VerdictView(BaseModel):
    """Whether the chain holds. `last_hash`, written down elsewhere, later proves that nothing was cut off."""

    ok: bool
    entries: int
    last_hash: str
    broken_at: int | None
    problem: str


@router.get("")
def get_audit(
    person: PersonDep,
    station: StationDep,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Items[dict[str, Any]]:
    """Entries after number `after`, oldest first."""
    with station.database.read() as session:
        rights.require(session, person, rights.Action.AUDIT, areas.top(session).id)
        return Items(items=list(islice(audit.entries(session, after=after), limit)))


@router.get("/export", response_class=StreamingResponse)
def get_export(person: PersonDep, station: StationDep) -> StreamingResponse:
    """The whole log, one JSON object a line: `loa audit verify FILE` checks it anywhere."""
    with station.database.read() as session:
        rights.require(session, person, rights.Action.AUDIT, areas.top(session).id)

    def lines() -> Iterator[str]:
        with station.database.read() as session:
            for entry in audit.entries(session):
                yield json.dumps(entry, ensure_ascii=False) + "\n"

    headers = {"Content-Disposition": 'attachment; filename="nhat-ky-thao-tac.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


@router.get("/verdict")
def get_verdict(person: PersonDep, station: StationDep) -> VerdictView:
    """Verify the chain now."""
    with station.database.read() as session:
        rights.require(session, person, rights.Action.AUDIT, areas.top(session).id)
        verdict = audit.verify(audit.entries(session))
    return VerdictView(
        ok=verdict.ok,
        entries=verdict.entries,
        last_hash=verdict.last_hash,
        broken_at=verdict.broken_at,
        problem=verdict.problem,
    )
