"""The station as one ASGI application: `uvicorn.run(create_app(settings))`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

import structlog
from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from server import console, schema
from server.air import Air
from server.api import (
    again,
    agents,
    areas,
    audit,
    bulletins,
    calendar,
    cap,
    commands,
    dictionary,
    emergencies,
    faults,
    groups,
    inbox,
    keys,
    listening,
    live,
    manners,
    notices,
    notifications,
    occurrences,
    openapi,
    people,
    plan,
    productions,
    programmes,
    public,
    relays,
    reports,
    retention,
    schedules,
    setup,
    sign_in,
    sounds,
    speakers,
    templates,
    tickets,
    tracks,
    units,
    uses,
)
from server.body_limit import BodyLimit
from server.database import Database
from server.headers import Headers
from server.inbox import Feed
from server.people import accounts
from server.people import setup as first_setup
from server.productions import OpenEar, Workshop
from server.refusals import install
from server.settings import Settings
from server.station import AirSide, Station
from server.ticks import Ticks
from voices import Ear, Studio, ear_is_installed

log = structlog.get_logger(__name__)
_API = (
    public, tickets, faults,
    setup, sign_in, areas, people, bulletins, dictionary, manners, tracks, productions, listening, schedules, occurrences, again,
    speakers, commands, emergencies, cap, inbox, notifications, retention, live, keys, calendar, notices, audit, reports,
    plan, groups, programmes, sounds, relays, units, templates, uses,
)  # fmt: skip
_FORM_OVERHEAD_BYTES = 1024 * 1024


def create_app(
    settings: Settings,
    *,
    air: AirSide | None = None,
    studio: Studio | None = None,
    open_ear: OpenEar | None = None,
    feeds: Sequence[Feed] = (),
) -> FastAPI:
    """The application; its lifespan starts and stops everything. `air`, `studio` and `open_ear` are for tests that need no
    devices, voice or recogniser. `feeds` fill the inbox.
    """
    database = Database(settings.database)
    no_ear = _why_no_ear(settings, open_ear)
    station = Station(
        settings=settings,
        database=database,
        workshop=Workshop(
            settings,
            database,
            studio or Studio(settings.clip_cache_dir, settings.workers),
            open_ear=None if no_ear else open_ear or Ear,
            no_ear=no_ear,
        ),
        air=air or Air(settings, database),
        feeds=feeds,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ticks = Ticks(station)
        await run_in_threadpool(_start, station, ticks)
        try:
            yield
        finally:
            await run_in_threadpool(_stop, station, ticks)

    app = FastAPI(
        title="Loa Làng",
        version="1",
        description="Đài truyền thanh xã: văn bản thành tiếng nói trên loa thôn.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        routes=_routes(),
    )
    app.state.station = station
    refuse = install(app, console.problem, console.teller_of)
    app.add_middleware(Headers)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    recordings = settings.max_recording_bytes + _FORM_OVERHEAD_BYTES
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_upload_bytes + _FORM_OVERHEAD_BYTES,
        refuse=refuse,
        larger=dict.fromkeys(("/tracks", "/ghi-am", "/sounds", "/am-thanh"), recordings),
    )
    app.mount("/static", StaticFiles(directory=console.STATIC), name="static")
    app.openapi = openapi.describing(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


@cache
def _routes() -> list[BaseRoute]:
    """One set for all applications of a process: what a route asks for is worked out when it is first called, a second for all."""
    router = APIRouter()
    for module in _API:
        router.include_router(module.router, prefix="/api/v1")
    for pages in (agents.router, *console.ROUTERS):
        router.include_router(pages)
    return router.routes


def _why_no_ear(settings: Settings, open_ear: OpenEar | None) -> str:
    """Vietnamese, for the officer; "" when there is one."""
    if not settings.listen:
        return "Đài này đang tắt việc nghe kiểm tra. Hãy tự nghe lại trước khi gửi duyệt."
    if open_ear is None and not ear_is_installed():
        return "Máy này chưa cài bộ nghe kiểm tra (gói viet-asr). Hãy tự nghe lại trước khi gửi duyệt."
    return ""


def _start(station: Station, ticks: Ticks) -> None:
    settings = station.settings
    for folder in (settings.data_dir, settings.audio_dir, settings.document_dir, settings.track_dir):
        folder.mkdir(parents=True, exist_ok=True)
    schema.upgrade(station.database)
    station.database.refresh_statistics()
    with station.database.read() as session:
        if accounts.nobody_exists(session):
            first_setup.offer_code(settings.data_dir)
            log.info("Waiting for setup", code_file=str(first_setup.code_path(settings.data_dir)))
    station.air.start()
    station.workshop.start()
    ticks.start()
    log.info("Station started", station=settings.station, database=station.database.engine.dialect.name)


def _stop(station: Station, ticks: Ticks) -> None:
    ticks.stop()
    station.workshop.stop()
    station.air.stop()
    station.database.close()
    log.info("Station stopped", station=station.settings.station)
