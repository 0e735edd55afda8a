"""A voice on another machine, behind the OpenAI-compatible speech API: VietTTS, VieNeu-TTS, coqui's tts-server, a cloud."""

import io
import os
import time
from collections.abc import Callable

import httpx
import soundfile
import structlog

from voices.catalog import SpeechServer
from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError
from voices.pitch import shifted

log = structlog.get_logger(__name__)
_TIMEOUT = httpx.Timeout(90.0, connect=5.0)
"""A generative voice on a slow machine takes its time over a sentence; a silent server does not answer at all."""
_TRIES = 4
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 15.0
_MOST_BYTES = 60_000_000
_BUSY = frozenset({429, 502, 503, 504})


class SpeechApiEngine:
    """One voice of a server. Waits as long as a busy server asks; `SpeechSettings.comma_pause_ms` has no effect."""

    def __init__(self, server: SpeechServer, *, sleep: Callable[[float], None] = time.sleep) -> None:
        key = os.environ.get(server.key_variable, "") if server.key_variable else ""
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._server = server
        self._sleep = sleep
        self.fingerprint = f"api/1/{server.url}/{server.model}/{server.voice}"

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `Engine`. Tries four times while the server is busy or unreachable."""
        if not any(char.isalnum() for char in text):
            raise NothingToSayError(f"“{text[:60]}” không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
        body = {
            "model": self._server.model,
            "voice": self._server.voice,
            "input": text,
            "response_format": "wav",
            "speed": settings.speed,
        }
        return shifted(_clip(self._ask(body)), settings.pitch_st)

    def _ask(self, body: dict[str, object]) -> bytes:
        url = f"{self._server.url.rstrip('/')}/audio/speech"
        for attempt in range(1, _TRIES + 1):
            wait_s = _FIRST_WAIT_S * 2 ** (attempt - 1)
            try:
                with httpx.stream("POST", url, json=body, headers=self._headers, timeout=_TIMEOUT) as answer:
                    if answer.is_success:
                        return _limited(answer)
                    answer.read()
                    reason = f"mã {answer.status_code}: {answer.text[:200]}"
                    if answer.status_code not in _BUSY:
                        raise EngineFailedError(
                            f"Máy chủ giọng đọc {self._server.url} từ chối ({reason}). Kiểm tra cấu hình giọng."
                        )
                    wait_s = max(wait_s, _retry_after_s(answer))
            except httpx.TransportError as error:
                reason = repr(error)
            log.warning("Speech server busy or silent", url=url, attempt=attempt, reason=reason)
            if attempt < _TRIES:
                self._sleep(min(wait_s, _LONGEST_WAIT_S))
        raise EngineFailedError(
            f"Máy chủ giọng đọc {url} không trả lời sau {_TRIES} lần. Kiểm tra máy chủ và mạng, hoặc chọn giọng khác."
        )


def _limited(answer: httpx.Response) -> bytes:
    sound = bytearray()
    for chunk in answer.iter_bytes():
        sound += chunk
        if len(sound) > _MOST_BYTES:
            raise EngineFailedError("Máy chủ giọng đọc gửi về quá nhiều dữ liệu cho một câu. Hãy chọn giọng khác.")
    return bytes(sound)


def _retry_after_s(answer: httpx.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0


def _clip(sound: bytes) -> Clip:
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise EngineFailedError(
            "Máy chủ giọng đọc gửi về thứ không phải âm thanh WAV. Kiểm tra cấu hình giọng."
        ) from error
    if not len(samples):
        raise EngineFailedError("Máy chủ giọng đọc gửi về một tệp rỗng. Hãy thử lại hoặc chọn giọng khác.")
    return Clip(samples.mean(axis=1), rate_hz)
