"""Hearing a bulletin before its audio is finished, and the finished audio."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from sqlmodel import Session

from server.api.context import PersonDep, StationDep
from server.bulletins import store
from server.bulletins.manner import manner_of
from server.errors import NotFoundError
from server.productions.recipe import Recipe, recipe_of, spoken
from server.station import Station
from server.tables import Person, Production, ProductionStatus, Version
from voices import NothingToSayError, SpokenSentence, opus_to_mp3
from voices.encoding import MEDIA_TYPES, Format, encoded
from voices.streaming import SoundStream

router = APIRouter(prefix="/versions/{version_id}", tags=["listening"])
NONE = "Bản tin này chưa được dựng tiếng. Hãy bấm dựng tiếng trước."
_AS_IT_COMES = {"Cache-Control": "no-store", "Content-Encoding": "identity"}
"""Neither kept nor compressed: a compressor would hold the first sentence back."""


@router.get("/audio", response_class=FileResponse)
def get_audio(
    version_id: str,
    person: PersonDep,
    station: StationDep,
    kind: Annotated[Literal["opus", "mp3"], Query(alias="format")] = "opus",
) -> FileResponse:
    """The audio of the present text: Opus in Ogg, or MP3 for what cannot play that; `Range` is honoured."""
    with station.database.read() as session:
        version, bulletin = store.find_version(session, person, version_id)
        production = store.production_of(session, version)
    opus = _finished(station, production)
    path = opus if kind == "opus" else _mp3(station, opus)
    media_type = "audio/ogg; codecs=opus" if kind == "opus" else MEDIA_TYPES["mp3"]
    return FileResponse(
        path,
        media_type=media_type,
        headers={"ETag": f'"{opus.stem}-{kind}"'},
        filename=f"{bulletin.title[:80]}.{kind}",
        content_disposition_type="inline",
    )


@router.get("/sentences/{sentence_id}/audio", response_class=Response)
def get_sentence(
    version_id: str,
    sentence_id: str,
    person: PersonDep,
    station: StationDep,
    kind: Annotated[Format, Query(alias="format")] = "mp3",
) -> Response:
    """One sentence, said now: what was edited is heard before the whole is made again."""
    with station.database.read() as session:
        version, voice, recipe = _asked(session, person, station, version_id)
    sentence = next((s for s in store.script_of(version).sentences if s.id == sentence_id), None)
    if sentence is None or not sentence.spoken.strip():
        raise NotFoundError("Không có câu này, hoặc câu này không có lời đọc. Hãy tải lại trang.")
    pcm = station.workshop.preview.say(spoken(sentence, manner_of(version)), voice, recipe)
    return Response(encoded(pcm, kind), media_type=MEDIA_TYPES[kind], headers=_AS_IT_COMES)


@router.get("/listen", response_class=StreamingResponse)
def get_listen(
    version_id: str,
    person: PersonDep,
    station: StationDep,
    start: Annotated[str, Query(alias="from", max_length=64)] = "",
) -> StreamingResponse:
    """The bulletin from its first sentence (or the one named in `from`) on, MP3: it begins while the rest is being made."""
    with station.database.read() as session:
        version, voice, recipe = _asked(session, person, station, version_id)
    sound = station.workshop.preview.stream(_from(start, version, recipe), voice, recipe)
    first = next(sound, None)  # an error here becomes an answer, not a broken stream
    if first is None:
        raise NothingToSayError("Bản tin không có chữ nào đọc được. Hãy kiểm tra lại văn bản.")
    return SoundStream(first, sound, media_type=MEDIA_TYPES["mp3"], headers=_AS_IT_COMES)


def _asked(session: Session, person: Person, station: Station, version_id: str) -> tuple[Version, str, Recipe]:
    version, _ = store.find_version(session, person, version_id)
    voice = manner_of(version).voice or station.settings.voice
    return version, voice, recipe_of(session, station.settings, version)


def _from(start: str, version: Version, recipe: Recipe) -> tuple[SpokenSentence, ...]:
    if not start:
        return recipe.sentences
    ids = [sentence.id for sentence in store.script_of(version).aloud]
    if start not in ids:
        raise NotFoundError("Câu này không còn trong phần được đọc. Hãy tải lại trang.")
    return recipe.sentences[ids.index(start) :]


def _finished(station: Station, production: Production | None) -> Path:
    if production is None or production.status is not ProductionStatus.READY:
        raise NotFoundError(NONE)
    path = station.settings.audio_dir / f"{production.sha256}.opus"
    if not path.exists():
        raise NotFoundError("Tệp âm thanh không còn trên đài. Hãy dựng tiếng lại.")
    return path


def _mp3(station: Station, opus: Path) -> Path:
    """Made when it is first asked for; named by the Opus that it was made of."""
    path = station.settings.mp3_dir / f"{opus.stem}.mp3"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tmp-") as folder:
            whole = Path(folder) / path.name
            opus_to_mp3(opus, whole)
            whole.replace(path)
    return path
