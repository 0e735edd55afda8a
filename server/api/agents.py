"""What boxes ask for over HTTP: to become a speaker, audio, the state of things, and to hand in events. docs/protocol.md."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, PlainTextResponse
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from protocol.enrolment import (
    AUDIO_PATH,
    ENROL_PATH,
    EVENTS_PATH,
    POLL_PATH,
    RELEASE_PATH,
    EnrolAnswer,
    EnrolRequest,
    PollRequest,
)
from protocol.errors import RefusedError
from protocol.ids import Sha256
from server import releases, speakers
from server.air.proofs import proven_device
from server.api.air import AirDep
from server.api.context import StationDep
from server.errors import ForbiddenError, InvalidInputError, NotFoundError
from server.tables import Production, ProductionStatus

router = APIRouter(tags=["agents"])
_TOKEN = "application/jose"  # noqa: S105  a media type (RFC 7515)


def _device(request: Request, station: StationDep) -> str:
    return _proven(request, station, timely=False)


def _device_in_time(request: Request, station: StationDep) -> str:
    return _proven(request, station, timely=True)


def _proven(request: Request, station: StationDep, *, timely: bool) -> str:
    with station.database.read() as session:
        return proven_device(
            session,
            station.settings.station,
            request.headers.get("authorization", ""),
            method=request.method,
            path=request.url.path,
            timely=timely,
        )


@router.post(ENROL_PATH)
def post_enrol(body: EnrolRequest, request: Request, station: StationDep, air: AirDep) -> EnrolAnswer:
    """A box shows its claim code and its public key and becomes a speaker."""
    guesser = f"enrol:{request.client.host if request.client else ''}"
    station.attempts.check(guesser)
    try:
        with station.database.write() as session:
            speaker, password = speakers.enrol(session, body, station.settings.station)
    except ForbiddenError:
        station.attempts.failed(guesser)
        raise
    return air.enrolled(speaker.id, password, request.url.hostname or "")


@router.get(AUDIO_PATH + "/{sha256}", response_class=FileResponse)
def get_audio(sha256: Sha256, _device: Annotated[str, Depends(_device_in_time)], station: StationDep) -> FileResponse:
    """A finished file by its content; `Range` is honoured. Only what the database knows."""
    with station.database.read() as session:
        known = session.exec(
            select(Production.id).where(Production.sha256 == sha256, Production.status == ProductionStatus.READY)
        ).first()
    path: Path = station.settings.audio_dir / f"{sha256}.opus"
    if known is None or not path.exists():
        raise NotFoundError("Không có tệp âm thanh này.")
    return FileResponse(path, media_type="audio/ogg; codecs=opus", headers={"ETag": f'"{sha256}"'})


@router.get(RELEASE_PATH + "/{sha256}", response_class=FileResponse)
def get_release(sha256: Sha256, _device: Annotated[str, Depends(_device_in_time)], station: StationDep) -> FileResponse:
    """A software package by its content; `Range` is honoured."""
    found = next((each for each in releases.offered(station.settings) if each.sha256 == sha256), None)
    if found is None:
        raise NotFoundError("Không có gói phần mềm này.")
    return FileResponse(found.path, media_type="application/x-tar", headers={"ETag": f'"{sha256}"'})


@router.post(POLL_PATH, response_class=PlainTextResponse)
def post_poll(body: PollRequest, device: Annotated[str, Depends(_device)], air: AirDep) -> PlainTextResponse:
    """The same signed messages as over MQTT, and the station's time: one signed token."""
    return PlainTextResponse(air.poll(device, body), media_type=_TOKEN)


@router.post(EVENTS_PATH, response_class=PlainTextResponse)
async def post_events(request: Request, device: Annotated[str, Depends(_device)], air: AirDep) -> PlainTextResponse:
    """A signed batch of events; the answer is its signed acknowledgement."""
    token = await request.body()
    try:
        ack = await run_in_threadpool(air.inbox.take_batch, device, token)
    except RefusedError as error:
        raise InvalidInputError(f"Báo cáo bị từ chối: {error.refusal}.") from error
    return PlainTextResponse(ack, media_type=_TOKEN)
