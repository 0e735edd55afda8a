"""Kokoro-vi for others: the OpenAI-compatible speech API, `POST /v1/audio/speech`, over a studio's render workers."""

import hmac
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from reading import read_line
from voices.assembly import RATE_HZ, segment_of
from voices.encoding import MEDIA_TYPES, encoded
from voices.engine import SpeechSettings
from voices.errors import NothingToSayError, TextTooLongError, VoiceError, VoiceNotInstalledError
from voices.production import SpokenSentence
from voices.studio import Studio

log = structlog.get_logger(__name__)
_MODEL = "kokoro-vi"
_MOST_CHARS = 4096
"""As the API's inventor has it."""
_STATUS = {NothingToSayError: 400, TextTooLongError: 400, VoiceNotInstalledError: 404}


class SpeechRequest(BaseModel):
    """The API's request, as far as it concerns us; what else a client sends is ignored."""

    input: str = Field(min_length=1)
    model: str = _MODEL
    voice: str = "kokoro-vi-nu"
    response_format: Literal["mp3", "opus", "flac", "wav", "pcm"] = "mp3"
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    """Brought into the 0.7–1.4 that the voice can do."""


class _Queue:
    """How many may wait: more are told to come back, rather than all be served too late."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def enter(self) -> Callable[[], None]:
        if not self._free.acquire(blocking=False):
            raise HTTPException(429, "Máy đọc đang bận. Hãy thử lại sau vài giây.", headers={"Retry-After": "2"})
        return self._free.release


def speech_app(studio: Studio, voices: tuple[str, ...], *, key: str = "", most_waiting: int = 8) -> FastAPI:
    """The application. `voices` are the ids it offers; with `key`, requests must carry it as a bearer token.

    Text is read first (numbers, dates, abbreviations), then spoken. "pcm" is streamed sentence by sentence, 24 kHz mono
    16 bit; the other formats come whole.
    """
    app = FastAPI(title="Loa Làng: giọng đọc", docs_url=None, redoc_url=None)
    queue = _Queue(most_waiting)

    def allowed(authorization: Annotated[str, Header()] = "") -> None:
        if key and not hmac.compare_digest(authorization.encode(), f"Bearer {key}".encode()):
            raise HTTPException(401, "Khoá không đúng. Hãy đặt khoá mà người quản lý máy đọc đã cấp.")

    @app.post("/v1/audio/speech", dependencies=[Depends(allowed)])
    def speech(request: SpeechRequest) -> Response:
        if request.voice not in voices:
            raise VoiceNotInstalledError(f"Máy này không có giọng “{request.voice}”; có: {', '.join(voices)}.")
        if len(request.input) > _MOST_CHARS:
            raise TextTooLongError(f"Mỗi lần đọc nhiều nhất {_MOST_CHARS} ký tự. Hãy chia nhỏ văn bản.")
        leave = queue.enter()
        sound = _spoken(studio, request, leave)
        first = next(sound)  # an error here becomes an answer, not a broken stream
        if request.response_format == "pcm":
            headers = {"X-Sample-Rate": str(RATE_HZ)}
            return StreamingResponse(chain((first,), sound), media_type="audio/pcm", headers=headers)
        whole = encoded(first + b"".join(sound), request.response_format)
        return Response(whole, media_type=MEDIA_TYPES[request.response_format])

    app.include_router(_lists(voices), dependencies=[Depends(allowed)])
    app.add_exception_handler(VoiceError, _voice_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    return app


def _lists(voices: tuple[str, ...]) -> APIRouter:
    """What there is, as clients ask for it."""
    router = APIRouter(prefix="/v1")

    @router.get("/models")
    def models() -> dict[str, object]:
        return {"object": "list", "data": [{"id": _MODEL, "object": "model", "owned_by": "loa-lang"}]}

    @router.get("/audio/voices")
    def offered() -> dict[str, object]:
        return {"voices": list(voices)}

    return router


def _spoken(studio: Studio, request: SpeechRequest, leave: Callable[[], None]) -> Iterator[bytes]:
    """PCM as it is ready; `leave` is called however this ends."""
    try:
        lines = [line for line in request.input.splitlines() if line.strip()]
        sentences = [SpokenSentence(text=read_line(line).spoken) for line in lines]
        settings = SpeechSettings(speed=min(max(request.speed, 0.7), 1.4))
        silent: list[int] = []
        for index, clip in studio.render(
            sentences, voice=request.voice, settings=settings, on_unspeakable=silent.append
        ):
            if index:
                yield b"\0\0" * (RATE_HZ * 450 // 1000)
            if len(clip.samples):
                yield bytes(segment_of(clip).raw_data)
        if len(silent) == len(sentences):
            raise NothingToSayError("Văn bản không có chữ nào đọc được. Hãy kiểm tra lại.")
    finally:
        leave()


def _voice_error(_: Request, error: Exception) -> JSONResponse:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 503)
    return _answer(status, str(error))


def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _answer(error.status_code, error.detail, error.headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = ", ".join(sorted({str(part["loc"][-1]) for part in error.errors()}))
    return _answer(422, f"Yêu cầu không hợp lệ ở: {wrong}. Xem docs/voices.md.")


def _answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The API's way of saying that something is wrong."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return JSONResponse({"error": {"message": message, "type": kind}}, status, dict(headers or {}))
