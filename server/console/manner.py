"""How a bulletin is read aloud: the voice, pace and pauses, what is said twice, what stands around the words."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response as Bytes
from pydantic import ValidationError
from starlette.responses import Response

from server import areas
from server.api import manners as api
from server.bulletins import store
from server.bulletins.manner import Manner, manner_of
from server.console import lengths
from server.console.audio import order_when_clear
from server.console.languages import N_
from server.console.pages import Page, PageDep, to
from server.errors import ConflictError, InvalidInputError, StationError
from server.productions.recipe import Recipe, recipe_of
from server.tables import Version
from voices import SpokenSentence
from voices.catalog import catalogue
from voices.encoding import MEDIA_TYPES, encoded

router = APIRouter(prefix="/ban-tin/{bulletin_id}/ban/{version_id}/cach-doc", include_in_schema=False)
_USUAL = Manner()
_SPEEDS = {
    0.8: N_("chậm nhiều"), 0.9: N_("chậm hơn"), 1.0: N_("bình thường"), 1.1: N_("nhanh hơn"), 1.2: N_("nhanh nhiều"),
}  # fmt: skip
_PITCHES = {
    -2.0: N_("trầm nhiều"), -1.0: N_("trầm hơn"), 0.0: N_("bình thường"), 1.0: N_("cao hơn"), 2.0: N_("cao nhiều"),
}  # fmt: skip
_PAUSES = {0.5: N_("ngắn"), 1.0: N_("bình thường"), 1.5: N_("dài"), 2.0: N_("rất dài")}
"""As a multiple of the usual pause."""
_TIMES = {1: N_("một lần"), 2: N_("hai lần"), 3: N_("ba lần")}
_READ, _VOICE, _SEMITONES, _SECONDS = N_("đọc"), N_("giọng"), N_("nửa cung"), N_("giây")
_SAMPLE_WORDS = 12
"""A sentence of about this length is enough to know a voice by."""


@router.get("")
def get_manner(bulletin_id: str, version_id: str, page: PageDep) -> Response:
    """The form."""
    return _show(page, bulletin_id, version_id, None, "", 200)


@router.post("")
def post_manner(
    bulletin_id: str,
    version_id: str,
    page: PageDep,
    *,
    seen: Annotated[int, Form(ge=0)],
    voice: Annotated[str, Form(max_length=64)] = "",
    speed: Annotated[str, Form(max_length=10)] = "1",
    pitch_st: Annotated[str, Form(max_length=10)] = "0",
    comma_pause_ms: Annotated[str, Form(max_length=10)] = "",
    sentence_pause_ms: Annotated[str, Form(max_length=10)] = "",
    paragraph_pause_ms: Annotated[str, Form(max_length=10)] = "",
    repeat: Annotated[str, Form(max_length=2)] = "1",
    repeat_key_facts: Annotated[bool, Form()] = False,
    facts_by: Annotated[str, Form(max_length=10)] = "station",
    fact: Annotated[list[str] | None, Form(max_length=200)] = None,
    chime: Annotated[bool, Form()] = False,
    station_call: Annotated[str, Form(max_length=1000)] = "",
    closing: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Read it so; the audio is made again where nothing is doubtful any more."""
    assert page.person is not None
    wish = {
        "voice": voice, "speed": speed, "pitch_st": pitch_st, "comma_pause_ms": comma_pause_ms or _USUAL.comma_pause_ms,
        "sentence_pause_ms": sentence_pause_ms or _USUAL.sentence_pause_ms,
        "paragraph_pause_ms": paragraph_pause_ms or _USUAL.paragraph_pause_ms, "repeat": repeat,
        "repeat_key_facts": repeat_key_facts, "key_facts": (fact or []) if facts_by == "officer" else None, "chime": chime,
        "station_call": " ".join(station_call.split()), "closing": " ".join(closing.split()),
    }  # fmt: skip
    try:
        api.put_manner(version_id, Manner.model_validate(wish), page.person, page.station, edit_count=seen)
    except ValidationError:
        text = N_("Có ô chưa dùng được: lời xưng và lời kết dài nhất 300 ký tự. Hãy sửa rồi lưu lại.")
        return _show(page, bulletin_id, version_id, wish, text, 422)
    except ConflictError as error:  # somebody changed the draft meanwhile: with what holds now, and not what was typed
        return _show(page, bulletin_id, version_id, None, str(error), error.status)
    except StationError as error:
        return _show(page, bulletin_id, version_id, wish, str(error), error.status)
    order_when_clear(page, version_id)
    return to(f"/ban-tin/{bulletin_id}", "cach-doc")


@router.get("/nghe")
def get_sample(
    version_id: str,
    page: PageDep,
    giong: Annotated[str, Query(max_length=64)] = "",
    toc_do: Annotated[float, Query(ge=0.7, le=1.4)] = 1.0,
    do_cao: Annotated[float, Query(ge=-4, le=4)] = 0.0,
) -> Response:
    """A sentence of this bulletin in a voice (MP3), before anything is decided."""
    assert page.person is not None
    station = page.station
    if giong and giong not in {voice.id for voice in api.get_voices(page.person, station).items}:
        raise InvalidInputError("Đài chưa cài giọng này. Hãy tải lại trang rồi chọn lại.")
    with station.database.read() as session:
        version, _ = store.find_version(session, page.person, version_id)
        recipe = recipe_of(session, station.settings, version)
    wish = Manner(voice=giong, speed=toc_do, pitch_st=do_cao)
    asked = Recipe(sentences=(), speech=wish.speech(), programme=recipe.programme)
    pcm = station.workshop.preview.say(_sample(recipe), giong or station.settings.voice, asked)
    return Bytes(encoded(pcm, "mp3"), media_type=MEDIA_TYPES["mp3"], headers={"Cache-Control": "no-store"})


def shown(page: Page, version: Version) -> dict[str, Any]:
    """What the bulletin's page says of the manner: `manner_words`, and whether it is the usual one."""
    chosen = manner_of(version)
    voice = next((known.name for known in catalogue() if known.id == chosen.voice), chosen.voice)
    words = [voice or page.say(N_("giọng của đài")), f"{page.say(_READ)} {page.say(_TIMES[chosen.repeat])}"]
    if chosen.speed != _USUAL.speed:
        words.append(_named(page, _SPEEDS, chosen.speed, _percent))
    if chosen.pitch_st != _USUAL.pitch_st:
        words.append(f"{page.say(_VOICE)} {_named(page, _PITCHES, chosen.pitch_st, _semitones)}")
    if chosen.repeat_key_facts:
        words.append(page.say(N_("nhắc lại ý chính")))
    words.append(page.say(N_("có nhạc hiệu") if chosen.chime else N_("không nhạc hiệu")))
    if chosen.station_call:
        words.append(page.say(N_("có lời xưng")))
    if chosen.closing:
        words.append(page.say(N_("có lời kết")))
    return {"manner_words": words, "manner_usual": chosen == _USUAL}


def _show(
    page: Page, bulletin_id: str, version_id: str, wish: Mapping[str, Any] | None, error: str, status: int
) -> Response:
    assert page.person is not None
    with page.station.database.read() as session:
        version, bulletin = store.find_version(session, page.person, version_id)
        about = lengths.of(session, page.station.settings, version)
        place = areas.find(session, bulletin.area_id).name
    state = api.get_manner(version_id, page.person, page.station)
    values = dict(wish) if wish is not None else state.manner.model_dump()
    voices = [
        voice
        for voice in api.get_voices(page.person, page.station).items
        if voice.language.startswith("vi") or voice.id == values["voice"]
    ]
    return page.show(
        "manner.html",
        status=status,
        error=error,
        bulletin=bulletin,
        version=version,
        base=f"/ban-tin/{bulletin_id}/ban/{version_id}/cach-doc",
        values=values,
        voices=voices,
        own_voice=next((voice.name for voice in voices if voice.is_default), ""),
        speeds=_choices(page, _SPEEDS, values["speed"], _percent),
        pitches=_choices(page, _PITCHES, values["pitch_st"], _semitones),
        pauses=[
            (name, label, _choices(page, _pauses(name), values[name], _seconds))
            for name, label in (
                ("comma_pause_ms", N_("Nghỉ ở dấu phẩy")),
                ("sentence_pause_ms", N_("Nghỉ giữa hai câu")),
                ("paragraph_pause_ms", N_("Nghỉ giữa hai đoạn")),
            )
        ],
        times=[(count, page.say(name), about.text_ms * (count - 1)) for count, name in _TIMES.items()],
        sentences=[s for s in store.script_of(version).aloud if s.spoken.strip()],
        facts=frozenset(values["key_facts"] or state.key_facts_now),
        about=about,
        place=place,
    )


def _sample(recipe: Recipe) -> SpokenSentence:
    """A sentence of ordinary length, early in the text."""
    usable = [sentence for sentence in recipe.sentences[:8] if sentence.text.strip()]
    return min(
        usable,
        key=lambda sentence: abs(len(sentence.text.split()) - _SAMPLE_WORDS),
        default=SpokenSentence(text="Mời bà con chú ý lắng nghe."),
    )


def _pauses(name: str) -> dict[float, str]:
    usual_ms = getattr(_USUAL, name)
    return {round(usual_ms * factor): word for factor, word in _PAUSES.items()}


def _choices(
    page: Page, known: Mapping[float, str], now: Any, shown_as: Callable[[Page, float], str]
) -> list[tuple[str, str, bool]]:
    """(value, words, chosen) of a list; a value that somebody set by the API is one more line of it."""
    try:
        chosen = float(now)
    except ValueError:
        chosen = 0.0
    values = sorted({*map(float, known), chosen})
    return [(f"{value:g}", _named(page, known, value, shown_as), value == chosen) for value in values]


def _named(page: Page, known: Mapping[float, str], value: float, shown_as: Callable[[Page, float], str]) -> str:
    word = known.get(value)
    if not word:
        return shown_as(page, value)
    return f"{page.say(word)} ({shown_as(page, value)})" if value else page.say(word)


def _percent(_: Page, speed: float) -> str:
    return f"{speed:.0%}"


def _semitones(page: Page, pitch_st: float) -> str:
    return f"{pitch_st:+g} {page.say(_SEMITONES)}"


def _seconds(page: Page, pause_ms: float) -> str:
    return f"{pause_ms / 1000:g} {page.say(_SECONDS)}".replace(".", "," if page.language == "vi" else ".")
