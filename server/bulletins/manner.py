"""How a version is read aloud: voice, pace, pauses, what is said twice. The officer's choice, frozen with the text."""

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from reading import Script, Sentence, read_line
from server import audit
from server.bulletins import store
from server.errors import InvalidInputError
from server.tables import Person, Version
from voices import Arrangement, SpeechSettings
from voices.catalog import installed_voices

_FACT_RULES = frozenset(
    {"date", "day", "day and month", "weekday", "time", "half of day", "phone", "quarter", "month and year"}
)
"""Rules of the reading room whose words a villager must take home: the day, the hour, the number to call."""
_USUAL_SPEECH = SpeechSettings()
_USUAL_PROGRAMME = Arrangement()


class Manner(BaseModel):
    """How a bulletin is read aloud. Every field has the usual value when it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: str = Field(default="", max_length=64, examples=["kokoro-vi-nam"])
    """Id of an installed voice; empty is the station's own."""
    speed: float = Field(default=_USUAL_SPEECH.speed, ge=0.7, le=1.4, allow_inf_nan=False)
    """Relative to the voice's own pace."""
    pitch_st: float = Field(default=_USUAL_SPEECH.pitch_st, ge=-4, le=4, allow_inf_nan=False)
    """Semitones above or below the voice's own."""
    comma_pause_ms: int = Field(default=_USUAL_SPEECH.comma_pause_ms, ge=0, le=2_000)
    sentence_pause_ms: int = Field(default=_USUAL_PROGRAMME.sentence_pause_ms, ge=0, le=5_000)
    paragraph_pause_ms: int = Field(default=_USUAL_PROGRAMME.paragraph_pause_ms, ge=0, le=10_000)
    repeat: int = Field(default=1, ge=1, le=3)
    """How often the whole text is read."""
    repeat_key_facts: bool = False
    """Read the key facts once more at the end."""
    key_facts: tuple[str, ...] | None = Field(default=None, max_length=200)
    """Ids of the sentences that are key facts; None: those with a day, an hour or a telephone number."""
    chime: bool = True
    station_call: str = Field(default="", max_length=300, examples=["Đây là đài truyền thanh xã Khuổi Nằn."])
    """Said after the opening chime."""
    closing: str = Field(default="", max_length=300, examples=["Xin cảm ơn bà con đã lắng nghe."])
    """Said before the closing chime."""

    def speech(self) -> SpeechSettings:
        """For the engine."""
        return SpeechSettings(speed=self.speed, pitch_st=self.pitch_st, comma_pause_ms=self.comma_pause_ms)

    def programme(self) -> Arrangement:
        """For the assembly; the tracks are added by who knows them."""
        return Arrangement(
            chime=self.chime,
            station_call=read_line(self.station_call).spoken if self.station_call.strip() else "",
            closing=read_line(self.closing).spoken if self.closing.strip() else "",
            clause_pause_ms=self.comma_pause_ms,
            sentence_pause_ms=self.sentence_pause_ms,
            paragraph_pause_ms=self.paragraph_pause_ms,
            repeat=self.repeat,
            repeat_key_facts=self.repeat_key_facts,
        )

    def is_key_fact(self, sentence: Sentence) -> bool:
        """Whether a sentence is said once more when key facts are repeated."""
        if self.key_facts is not None:
            return sentence.id in self.key_facts
        return any(token.rule in _FACT_RULES and token.spoken for token in sentence.tokens)


def manner_of(version: Version) -> Manner:
    """How the version is read."""
    return Manner.model_validate(version.manner)


def key_facts_of(script: Script, manner: Manner) -> tuple[str, ...]:
    """Ids of the sentences that are key facts, in their order."""
    return tuple(sentence.id for sentence in script.aloud if manner.is_key_fact(sentence))


def read_so(session: Session, person: Person, version_id: str, manner: Manner, *, seen: int | None = None) -> Version:
    """Read a draft in this manner from now on; what was rendered before counts no more.

    Raises NotFoundError, ForbiddenError, ConflictError (frozen, or changed since `seen`), InvalidInputError (no such voice or
    sentence, nothing to repeat).
    """
    version, _ = store.find_draft(session, person, version_id, seen)
    before = manner_of(version)
    if manner == before:
        return version
    if manner.voice != before.voice:
        _check_voice(manner.voice)
    _check_facts(store.script_of(version), manner)
    version.manner = manner.model_dump(mode="json", exclude_defaults=True)
    version.edit_count += 1
    session.add(version)
    changed = {name: value for name, value in manner.model_dump(mode="json").items() if value != getattr(before, name)}
    audit.record(session, person.id, "version.manner", version.id, manner=changed)
    return version


def _check_voice(voice: str) -> None:
    installed = [found.id for found in installed_voices()]
    if voice and voice not in installed:
        raise InvalidInputError(f"Đài chưa cài giọng “{voice}”. Các giọng có sẵn: {', '.join(installed)}.")


def _check_facts(script: Script, manner: Manner) -> None:
    known = {sentence.id for sentence in script.sentences}
    if unknown := [fact for fact in manner.key_facts or () if fact not in known]:
        raise InvalidInputError(f"Không có câu “{unknown[0][:40]}” trong kịch bản. Hãy tải lại trang rồi chọn lại.")
    if manner.repeat_key_facts and not key_facts_of(script, manner):
        raise InvalidInputError("Chưa có câu nào là ý chính để nhắc lại. Hãy chọn ít nhất một câu được đọc.")
