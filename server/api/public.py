"""What anybody may ask for without signing in: the schedule, the archive and its sound, feeds, feedback. See docs/residents.md."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from reading import Script
from server import areas, feedback, public
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.bulletins import store, tracks
from server.bulletins.languages import MUSIC, language_name
from server.errors import NotFoundError
from server.productions.workshop import sounding_sentences
from server.public import feeds, sound
from server.station import Station
from server.tables import FeedbackKind, FeedbackStatus, Track, Version
from server.tables.columns import now

router = APIRouter(prefix="/public", tags=["public"])
AHEAD = timedelta(days=8)
_KNOWN_TEXTS, _LONGEST_SUMMARY = 2000, 500


_Area = Annotated[str, Query(max_length=64, description="only what sounds there")]


class ComingView(BaseModel):
    """A broadcast to come; `title` is "" where only its time may be known."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    at: AwareDatetime
    duration_ms: int
    area_name: str
    title: str


class AiredView(BaseModel):
    """A bulletin to listen to again."""

    version_id: str
    title: str
    field: str
    area_name: str
    aired_at: AwareDatetime
    duration_ms: int | None


class SentenceView(BaseModel):
    """A sentence of the transcript and when it begins to sound, null where it was left out."""

    text: str
    start_ms: int | None


class TrackView(BaseModel):
    """A recording in another language."""

    id: str
    language: str
    language_name: str
    title: str
    duration_ms: int


class TranscriptView(AiredView):
    """What was said."""

    sentences: list[SentenceView]
    tracks: list[TrackView]


class FeedbackRequest(BaseModel):
    """A resident's word. Nothing about the person is asked."""

    kind: FeedbackKind
    text: str = Field(default="", max_length=feedback.LONGEST_TEXT)
    area_id: str = Field(default="", max_length=64)
    version_id: str = Field(default="", max_length=64)


class FeedbackView(BaseModel):
    """A word and its answer."""

    model_config = ConfigDict(from_attributes=True)
    kind: FeedbackKind
    text: str
    created_at: AwareDatetime
    status: FeedbackStatus
    answer: str
    answered_at: AwareDatetime | None


class FeedbackTaken(FeedbackView):
    """The code under which the answer will be found."""

    code: str


@router.get("/schedule")
def get_schedule(station: StationDep, area_id: _Area = "") -> Items[ComingView]:
    """Broadcasts of the next eight days."""
    at = now()
    with station.database.read() as session:
        found = public.coming(session, at, at + AHEAD, area_id=area_id)
        return Items(items=[ComingView.model_validate(each) for each in found])


@router.get("/archive")
def get_archive(station: StationDep) -> Items[AiredView]:
    """What was aired, the last first."""
    with station.database.read() as session:
        return Items(items=aired_views(session, public.aired(session, now())))


@router.get("/archive/{version_id}")
def get_transcript(version_id: str, station: StationDep) -> TranscriptView:
    """One bulletin with its words, as they were said."""
    with station.database.read() as session:
        found = public.find_aired(session, now(), version_id)
        production = public.audio_of(session, found)
        starts = {
            entry["sentence_id"]: int(str(entry["start_ms"]))
            for entry in reversed(sounding_sentences(found.version, production.timeline))
        }
        script = store.script_of(found.version)
        recordings = [track for track in tracks.tracks_of(session, version_id) if track.language != MUSIC]
        return TranscriptView(
            **aired_views(session, [found])[0].model_dump(),
            sentences=[SentenceView(text=s.written or s.spoken, start_ms=starts.get(s.id)) for s in script.aloud],
            tracks=[TrackView(**t.model_dump(), language_name=language_name(t.language)) for t in recordings],
        )


@router.get("/archive/{version_id}/audio", response_class=FileResponse)
def get_audio(version_id: str, station: StationDep) -> FileResponse:
    """Its sound as it was aired: Opus in Ogg."""
    sha256 = _sha256(station, version_id)
    path = station.settings.audio_dir / f"{sha256}.opus"
    if not path.exists():
        raise NotFoundError("Tệp âm thanh không còn trên đài.")
    return FileResponse(path, media_type="audio/ogg; codecs=opus", headers={"ETag": f'"{sha256}"'})


@router.get("/archive/{version_id}/audio.mp3", response_class=FileResponse)
def get_mp3(version_id: str, station: StationDep) -> FileResponse:
    """The same as MP3, for telephones and programs that know no Opus."""
    sha256 = _sha256(station, version_id)
    try:
        path = sound.mp3_of(station.settings, sha256)
    except FileNotFoundError as error:
        raise NotFoundError("Tệp âm thanh không còn trên đài.") from error
    return FileResponse(path, media_type="audio/mpeg", headers={"ETag": f'"{sha256}-mp3"'})


@router.get("/archive/{version_id}/tracks/{track_id}", response_class=FileResponse)
def get_track(version_id: str, track_id: str, station: StationDep) -> FileResponse:
    """A recording in another language by itself: FLAC."""
    with station.database.read() as session:
        public.find_aired(session, now(), version_id)
        track = session.get(Track, track_id)
    if track is None or track.version_id != version_id:
        raise NotFoundError("Không có bản ghi này.")
    path = tracks.sound_of(station.settings, track)
    if not path.exists():
        raise NotFoundError("Tệp ghi âm không còn trên đài.")
    return FileResponse(path, media_type="audio/flac", headers={"ETag": f'"{track.sha256}"'})


@router.get("/podcast.xml", response_class=Response)
def get_podcast(request: Request, station: StationDep) -> Response:
    """The archive as a podcast."""
    site = str(request.base_url).rstrip("/")
    with station.database.read() as session:
        place = areas.top(session).name
        episodes = []
        found = public.aired(session, now(), limit=100)
        productions = store.productions_of(session, [each.version for each in found])
        texts = _texts(session, [each.version.id for each in found])
        for each in found:
            production = productions.get(each.version.id)
            if production is None or production.sha256 is None:
                continue
            mp3 = sound.mp3_path(station.settings, production.sha256)
            episodes.append(
                feeds.Episode(
                    version_id=each.version.id,
                    title=each.bulletin.title,
                    summary=texts[each.version.id],
                    at=each.at,
                    duration_ms=production.duration_ms or 0,
                    sound_url=f"{site}/api/v1/public/archive/{each.version.id}/audio.mp3",
                    sound_bytes=mp3.stat().st_size if mp3.exists() else 0,
                    page_url=f"{site}/nguoi-dan/nghe-lai/{each.version.id}",
                )
            )
    feed = feeds.podcast(
        title=station.settings.name, owner=place, site=f"{site}/nguoi-dan", own_url=str(request.url),
        cover_url=f"{site}/static/cover-1400.png", episodes=episodes,
    )  # fmt: skip
    return Response(feed, media_type="application/rss+xml", headers={"Cache-Control": "max-age=300"})


@router.get("/schedule.ics", response_class=Response)
def get_calendar(station: StationDep, area_id: _Area = "") -> Response:
    """The schedule as a calendar to subscribe to; a broadcast is the same one by whatever address it was asked for."""
    at = now()
    with station.database.read() as session:
        broadcasts = public.coming(session, at - timedelta(days=1), at + AHEAD, area_id=area_id)
    made = feeds.calendar(name=station.settings.name, host=station.settings.station, broadcasts=broadcasts)
    return Response(made, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "max-age=300"})


@router.get("/feedback")
def get_feedback(station: StationDep) -> Items[FeedbackView]:
    """Words and answers that were published."""
    with station.database.read() as session:
        return Items(items=[FeedbackView.model_validate(row) for row in feedback.published(session)])


@router.post("/feedback", status_code=201)
def post_feedback(body: FeedbackRequest, request: Request, station: StationDep) -> FeedbackTaken:
    """Say something to the commune. An address may do so five times in ten minutes."""
    station.feedback_pace.take(request.client.host if request.client else "")
    with station.database.write() as session:
        return FeedbackTaken.model_validate(feedback.give(session, **body.model_dump()))


@router.get("/feedback/{code}")
def get_answer(code: str, station: StationDep) -> FeedbackView:
    """What became of a word, for who has its code."""
    with station.database.read() as session:
        return FeedbackView.model_validate(feedback.by_code(session, code))


@router.get("/rules")
def get_rules(station: StationDep) -> public.Rules:
    """What the commune shows."""
    with station.database.read() as session:
        return public.rules_of(session)


@router.put("/rules")
def put_rules(body: public.Rules, person: PersonDep, station: StationDep) -> public.Rules:
    """Decide what the commune shows: who may set its policy."""
    with station.database.write() as session:
        public.decide(session, person, body)
    return body


@router.put("/withheld/{bulletin_id}", status_code=204)
def put_withheld(bulletin_id: str, person: PersonDep, station: StationDep) -> None:
    """Keep one bulletin off the public pages: who may write or approve it."""
    with station.database.write() as session:
        public.withhold(session, person, bulletin_id, hidden=True)


@router.delete("/withheld/{bulletin_id}", status_code=204)
def delete_withheld(bulletin_id: str, person: PersonDep, station: StationDep) -> None:
    """Let it back."""
    with station.database.write() as session:
        public.withhold(session, person, bulletin_id, hidden=False)


def aired_views(session: Session, found: Sequence[public.Aired]) -> list[AiredView]:
    """Bulletins in a list."""
    productions = store.productions_of(session, [each.version for each in found])
    return [
        AiredView(
            version_id=each.version.id,
            title=each.bulletin.title,
            field=each.bulletin.field,
            area_name=each.area_name,
            aired_at=each.at,
            duration_ms=productions[each.version.id].duration_ms if each.version.id in productions else None,
        )
        for each in found
    ]


_known_texts: dict[str, str] = {}
"""Version → how it begins. What is approved is frozen for good, and programs ask for the feed all day."""


def _texts(session: Session, ids: Sequence[str]) -> dict[str, str]:
    unknown = [version_id for version_id in ids if version_id not in _known_texts]
    if len(_known_texts) > _KNOWN_TEXTS:
        _known_texts.clear()
        unknown = list(ids)
    for version_id, script in session.exec(select(Version.id, Version.script).where(col(Version.id).in_(unknown))):
        aloud = Script.model_validate(script).aloud
        _known_texts[version_id] = " ".join(s.written or s.spoken for s in aloud)[:_LONGEST_SUMMARY]
    return {version_id: _known_texts[version_id] for version_id in ids}


def _sha256(station: Station, version_id: str) -> str:
    with station.database.read() as session:
        sha256 = public.audio_of(session, public.find_aired(session, now(), version_id)).sha256
    assert sha256 is not None  # it is ready
    return sha256
