"""A voice on another machine, behind the OpenAI-compatible speech API: VietTTS, VieNeu-TTS, coqui's tts-server, a cloud."""

import email.utils
import io
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import numpy as np
import soundfile
import structlog

from voices.catalog import SpeechServer
from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError
from voices.pitch import shifted

log = structlog.get_logger(__name__)
_CONNECT_S = 5.0
_SILENCE_S = 90.0
"""A generative voice on a slow machine takes its time over a sentence; who is silent for longer is not asked again."""
_TRIES = 4
"""Of a server that fails. One that says when it will be free is asked for as long as our patience lasts."""
_FIRST_WAIT_S = 0.5
_AGAIN = frozenset({408, 409, 425, 429, *range(500, 600)})
"""Answers that may be another one next time, as OpenAI's own client sees it."""
_MOST_BYTES = 60_000_000
_MOST_COMPLAINT_BYTES = 10_000
_MOST_S = 180.0
"""A sentence as we send it (`voices.phrases`) takes a tenth of that: more is babble."""
_RATES_HZ = range(8_000, 192_001)
_ENDLESS_BYTES = 1_000_000_000
"""A WAV that is made while it is sent says 0 or something as large as this for its length."""


class _NotNowError(Exception):
    """Worth another try; `after_s` is when the server wants it, where it says so."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class SpeechApiEngine:
    """One voice of a server. Waits as long as a busy server asks, within `SpeechServer.patience_s` for a sentence in all;
    `SpeechSettings.comma_pause_ms` has no effect.
    """

    def __init__(self, server: SpeechServer, *, sleep: Callable[[float], None] = time.sleep) -> None:
        key = os.environ.get(server.key_variable, "") if server.key_variable else ""
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._server = server
        self._url = f"{server.url.rstrip('/')}/audio/speech"
        self._sleep = sleep
        self.fingerprint = f"api/1/{server.url}/{server.model}/{server.voice}"

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `Engine`. Tries four times while the server fails or is out of reach."""
        if not any(char.isalnum() for char in text):
            raise NothingToSayError(f"“{text[:60]}” không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
        body = {
            "model": self._server.model,
            "voice": self._server.voice,
            "input": text,
            "response_format": "wav",
            "speed": settings.speed,
        }
        return shifted(self._asked(body), settings.pitch_st)

    def _asked(self, body: dict[str, object]) -> Clip:
        left_s, failures = self._server.patience_s, 0
        while True:
            began = time.monotonic()
            try:
                return _clip(self._answer(body, began + left_s))
            except _NotNowError as error:
                not_now = error
            left_s -= time.monotonic() - began
            failures += not_now.after_s is None
            wait_s = max(_FIRST_WAIT_S * 2 ** max(0, failures - 1), not_now.after_s or 0.0)
            log.warning("Speech server busy or silent", url=self._url, failures=failures, reason=str(not_now))
            if failures >= _TRIES or wait_s >= left_s:
                break
            self._sleep(wait_s)
            left_s -= wait_s
        raise EngineFailedError(
            f"Máy chủ giọng đọc {self._url} không đọc được câu này ({not_now}). "
            "Kiểm tra máy chủ và mạng, hoặc chọn giọng khác."
        )

    def _answer(self, body: dict[str, object], deadline: float) -> bytes:
        limits = httpx.Timeout(min(_SILENCE_S, max(0.1, deadline - time.monotonic())), connect=_CONNECT_S)
        try:
            with httpx.stream("POST", self._url, json=body, headers=self._headers, timeout=limits) as answer:
                if answer.is_success:
                    return _read(answer, deadline, _MOST_BYTES)
                complaint = _read(answer, deadline, _MOST_COMPLAINT_BYTES).decode("utf-8", "replace")[:200]
                if answer.status_code in _AGAIN:
                    raise _NotNowError(f"mã {answer.status_code}: {complaint}", _retry_after_s(answer))
                raise EngineFailedError(
                    f"Máy chủ giọng đọc {self._server.url} từ chối (mã {answer.status_code}: {complaint}). "
                    "Kiểm tra cấu hình giọng."
                )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeEncodeError) as error:
            raise EngineFailedError(
                f"Địa chỉ hoặc khoá của máy chủ giọng đọc {self._server.url} không đúng. Cài lại bằng “loa voices install”."
            ) from error
        except httpx.ReadTimeout as error:
            raise EngineFailedError(
                f"Máy chủ giọng đọc {self._server.url} nhận câu nhưng im lặng quá lâu. Kiểm tra máy chủ, hoặc chọn giọng khác."
            ) from error
        except httpx.HTTPError as error:
            raise _NotNowError(f"không trả lời: {error or type(error).__name__}") from error


def _read(answer: httpx.Response, deadline: float, most_bytes: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > most_bytes:
            if answer.is_success:
                raise EngineFailedError("Máy chủ giọng đọc gửi về quá nhiều dữ liệu cho một câu. Hãy chọn giọng khác.")
            break
        if time.monotonic() > deadline:
            raise _NotNowError("gửi về quá chậm")
    return bytes(content)


def _retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds, or a date, as RFC 9110 has it."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # nothing said, nonsense, a date of no zone
        return None


def _clip(sound: bytes) -> Clip:
    if _is_cut_off(sound):
        raise _NotNowError("tiếng gửi về bị đứt giữa chừng")
    try:
        with soundfile.SoundFile(io.BytesIO(sound)) as file:
            rate_hz = file.samplerate
            if rate_hz not in _RATES_HZ:
                raise EngineFailedError(f"Máy chủ giọng đọc gửi về âm thanh lạ ({rate_hz} Hz). Hãy chọn giọng khác.")
            most = round(_MOST_S * rate_hz)
            samples = file.read(most + 1, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise EngineFailedError(
            "Máy chủ giọng đọc gửi về thứ không phải âm thanh WAV. Kiểm tra cấu hình giọng."
        ) from error
    if not len(samples):
        raise EngineFailedError("Máy chủ giọng đọc gửi về một tệp rỗng. Hãy thử lại hoặc chọn giọng khác.")
    if len(samples) > most:
        raise EngineFailedError("Máy chủ giọng đọc đọc một câu quá dài, không dừng. Hãy chọn giọng khác.")
    return Clip(np.asarray(samples.mean(axis=1), np.float32), rate_hz)


def _is_cut_off(sound: bytes) -> bool:
    """Whether a WAV is shorter than it says: the reader would make half a sentence of it without a word."""
    if sound[:4] != b"RIFF":
        return False
    said = int.from_bytes(sound[4:8], "little") + 8
    return len(sound) < said < _ENDLESS_BYTES
