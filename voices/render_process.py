"""One render worker as the studio sees it: started when needed, replaced when it dies, hangs or grows."""

from dataclasses import dataclass

import structlog

from voices.child import Child, ChildDiedError, ChildHungError
from voices.engine import Clip, SpeechSettings
from voices.engines import patience_s
from voices.errors import EngineFailedError, VoiceError
from voices.pcm import from_pcm16
from voices.worker import Rendered

log = structlog.get_logger(__name__)
_TRIES = 2
STUDIO_CLOSED = "Phòng thu đã đóng trước khi đọc xong. Hãy thử lại."


@dataclass(frozen=True)
class Limits:
    """What a worker may take before it is replaced."""

    open_s: float = 120.0
    """Loading a voice."""
    sentence_s: float = 30.0
    """Rendering a sentence, plus `character_s` for each character."""
    character_s: float = 0.25
    memory_bytes: int = 700_000_000


class RenderProcess:
    """Used by one thread at a time; `close` may come from any, and then whatever it is doing fails."""

    def __init__(self, factory: str, threads: int, *, nice: int, limits: Limits) -> None:
        self._factory = factory
        self._threads = threads
        self._nice = nice
        self._limits = limits
        self._child: Child | None = None
        self._loaded = ""
        self._closed = False
        self._interrupted = False

    def open(self, voice: str) -> str:
        """Load a voice; its fingerprint. Raises `VoiceNotInstalledError`, `EngineFailedError`."""
        fingerprint = self._ask(("open", voice), voice, self._limits.open_s)
        assert isinstance(fingerprint, str)
        self._loaded = voice
        return fingerprint

    def render(self, voice: str, text: str, settings: SpeechSettings) -> Clip:
        """Speak one phrase. Raises `NothingToSayError`, `EngineFailedError` and what `open` raises."""
        limit_s = self._limits.sentence_s + self._limits.character_s * len(text) + patience_s(voice)
        try:
            rendered = self._ask(("render", voice, text, settings), voice, limit_s)
        finally:
            self._interrupted = False
        assert isinstance(rendered, Rendered)
        self._loaded = voice
        if rendered.resident_bytes > self._limits.memory_bytes:
            log.warning(
                "Render worker replaced, it grew too large", resident_bytes=rendered.resident_bytes, voice=voice
            )
            self._drop()
        return Clip(from_pcm16(rendered.pcm), rendered.rate_hz)

    @property
    def pid(self) -> int | None:
        """The running process, if any: for measurements and tests."""
        return self._child.pid if self._child else None

    def interrupt(self) -> None:
        """Nobody wants what is being rendered: give it up now. Only while `render` is under way; from any thread."""
        self._interrupted = True
        if self._child:
            self._child.kill()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        if self._child:
            self._child.kill()

    def _ask(self, question: tuple[object, ...], voice: str, limit_s: float) -> object:
        """`limit_s` apart from starting a process and loading the voice, which a retry may need again."""
        subject = str(question[2]) if len(question) > 2 else voice
        for attempt in range(1, _TRIES + 1):
            if self._closed:
                raise EngineFailedError(STUDIO_CLOSED)
            if self._interrupted:
                raise EngineFailedError("Đã thôi đọc câu này theo yêu cầu.")
            if self._child is None:
                self._child = Child("voices.worker", self._factory, str(self._threads), nice=self._nice)
            try:
                answer = self._child.ask(question, limit_s + (0 if voice == self._loaded else self._limits.open_s))
            except ChildDiedError as error:
                if self._closed or self._interrupted:
                    self._drop()
                    continue
                log.warning("Render worker died", attempt=attempt, reason=str(error), subject=subject[:80])
                self._drop()
            except ChildHungError as error:
                log.warning("Render worker hung and was killed", limit_s=limit_s, subject=subject[:80])
                self._drop()
                raise EngineFailedError(
                    f"Giọng đọc bị treo quá {limit_s:.0f} giây ở “{_short(subject)}”. Hãy sửa câu này hoặc chọn giọng khác."
                ) from error
            else:
                if isinstance(answer, VoiceError):
                    raise answer
                return answer
        raise EngineFailedError(
            f"Giọng đọc hỏng giữa chừng hai lần ở “{_short(subject)}”. Hãy sửa câu này hoặc chọn giọng khác."
        )

    def _drop(self) -> None:
        if self._child:
            self._child.close()
        self._child = None
        self._loaded = ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
