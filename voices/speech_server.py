"""Kokoro-vi for others: the OpenAI-compatible speech API, `POST /v1/audio/speech`, over a studio's render workers."""

import hmac
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reading import read_line
from reading.sentences import split_sentences
from voices.assembly import RATE_HZ, segment_of
from voices.encoding import MEDIA_TYPES, encoded
from voices.engine import SpeechSettings
from voices.errors import NothingToSayError, TextTooLongError, VoiceError, VoiceNotInstalledError
from voices.production import SpokenSentence
from voices.streaming import SoundStream
from voices.studio import Studio

log = structlog.get_logger(__name__)
_MODEL = "kokoro-vi"
_MOST_CHARS = 4096
"""As the API's inventor has it."""
_MOST_SPOKEN_CHARS = 3 * _MOST_CHARS
"""Digits grow fivefold when they are read: four thousand of them would be spoken for half an hour."""
_MOST_BYTES = 2_000_000
"""Of a request: enough to be told that a hundred thousand characters are too many, in whatever way they are written."""
_PAUSE_MS = 450
_ERRORS: dict[type[VoiceError], tuple[int, str, str]] = {
    NothingToSayError: (400, "input", "nothing_to_say"),
    TextTooLongError: (400, "input", "string_above_max_length"),
    VoiceNotInstalledError: (404, "voice", "voice_not_found"),
}
"""Status, parameter and code of what is wrong with a request; anything else is our fault."""


class SpeechRequest(BaseModel):
    """The API's request, as far as it concerns us; what else a client sends is ignored."""

    input: str = Field(min_length=1)
    model: str = _MODEL
    voice: str = "kokoro-vi-nu"
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
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
    app.add_middleware(_SmallBodies)
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
            return SoundStream(first, sound, media_type="audio/pcm", headers=headers)
        whole = encoded(first + b"".join(sound), request.response_format)
        return Response(whole, media_type=MEDIA_TYPES[request.response_format])

    app.include_router(_lists(voices), dependencies=[Depends(allowed)])
    app.add_exception_handler(VoiceError, _voice_error)
    app.add_exception_handler(AnyHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
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


def _spoken(studio: Studio, request: SpeechRequest, leave: Callable[[], None]) -> Generator[bytes, None, None]:
    """PCM as it is ready; `leave` is called however this ends."""
    try:
        sentences = [SpokenSentence(text=read_line(text).spoken) for text in _sentences(request.input)]
        if sum(len(sentence.text) for sentence in sentences) > _MOST_SPOKEN_CHARS:
            raise TextTooLongError("Văn bản có quá nhiều chữ số, đọc ra rất dài. Hãy chia nhỏ văn bản.")
        settings = SpeechSettings(speed=min(max(request.speed, 0.7), 1.4))
        began = False
        for _, clip in studio.render(sentences, voice=request.voice, settings=settings, on_unspeakable=lambda _: None):
            if len(clip.samples):
                if began:
                    yield bytes(2 * (RATE_HZ * _PAUSE_MS // 1000))
                yield bytes(segment_of(clip).raw_data)
                began = True
        if not began:
            raise NothingToSayError("Văn bản không có chữ nào đọc được. Hãy kiểm tra lại.")
    finally:
        leave()


def _sentences(text: str) -> Iterator[str]:
    """One by one, so that the first can be heard while the next is made."""
    for line in text.splitlines():
        for start, end in split_sentences(line):
            yield line[start:end]


class _SmallBodies:
    """No request is larger than `_MOST_BYTES`, whatever it says of itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > _MOST_BYTES:
                raise HTTPException(413, f"Yêu cầu lớn quá {_MOST_BYTES // 1_000_000} MB. Hãy chia nhỏ văn bản.")
            return message

        await self._app(scope, counted, send)


def _voice_error(_: Request, error: Exception) -> JSONResponse:
    known = (facts for kind, facts in _ERRORS.items() if isinstance(error, kind))
    status, parameter, code = next(known, (503, "", "engine_failed"))
    return _answer(status, str(error), parameter, code)


def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    message = "Không có địa chỉ này. Xem docs/voices.md." if error.status_code == 404 else error.detail
    code = {401: "invalid_api_key", 413: "request_too_large", 429: "rate_limit_exceeded"}.get(error.status_code, "")
    return _answer(error.status_code, message, code=code, headers=error.headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = sorted({str(part["loc"][-1]) for part in error.errors()})
    message = f"Yêu cầu không hợp lệ ở: {', '.join(wrong)}. Xem docs/voices.md."
    return _answer(400, message, wrong[0] if len(wrong) == 1 else "", "invalid_value")


def _unexpected(_: Request, error: Exception) -> JSONResponse:
    log.error("Speech request ended unexpectedly", error=repr(error))
    return _answer(500, "Máy đọc gặp lỗi ngoài dự kiến. Hãy thử lại; nếu vẫn lỗi, báo người quản lý máy đọc.")


def _answer(
    status: int, message: str, parameter: str = "", code: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The API's way of saying that something is wrong."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": parameter or None, "code": code or None}
    return JSONResponse({"error": error}, status, dict(headers or {}))
