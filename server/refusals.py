"""Errors become answers: what happened and what to do, in the language of who asks, with a stable code for programs."""

import errno
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from reading import ExtractionFailedError, ReadingError
from schedules import ScheduleError
from server import words
from server.errors import StationError
from voices import BadSoundError, NothingToSayError, StorageError, TextTooLongError, VoiceError

log = structlog.get_logger(__name__)
_HTTP = {
    404: ("not_found", "Không có địa chỉ này."),
    405: ("method_not_allowed", "Không làm được việc này ở địa chỉ này."),
    400: ("bad_request", "Yêu cầu không đọc được. Hãy kiểm tra rồi gửi lại."),
    413: ("too_large", "Dữ liệu gửi lên quá lớn."),
}
_PROBLEMS = {
    "missing": "{} còn thiếu",
    "string_too_long": "{} quá dài",
    "string_too_short": "{} quá ngắn",
    "json_invalid": "{} không phải JSON hợp lệ",
    "timezone_aware": "{} phải có múi giờ, ví dụ 2026-12-01T17:00:00+07:00",
    "datetime_from_date_parsing": "{} không phải thời điểm, ví dụ đúng: 2026-12-01T17:00:00+07:00",
    "datetime_parsing": "{} không phải thời điểm, ví dụ đúng: 2026-12-01T17:00:00+07:00",
    "enum": "{} không nằm trong các giá trị cho phép",
    "greater_than_equal": "{} quá nhỏ",
    "less_than_equal": "{} quá lớn",
}

_ROOMS: tuple[tuple[type[Exception], int, str], ...] = (
    (ExtractionFailedError, 503, "extraction_failed"),
    (ReadingError, 422, "unreadable_document"),
    (ScheduleError, 422, "bad_rule"),
    (BadSoundError, 422, "bad_sound"),
    (NothingToSayError, 422, "nothing_to_say"),
    (TextTooLongError, 422, "too_long"),
    (StorageError, 507, "disk_full"),
    (VoiceError, 503, "voice_failed"),
)
"""Errors of the other rooms: their messages are Vietnamese already."""

_PROGRAMS = ("/api/", "/agent/")
"""Paths that programs ask."""


def told(error: Exception) -> tuple[int, str, str]:
    """HTTP status, code and Vietnamese message of an error of one of our rooms."""
    if isinstance(error, StationError):
        return error.status, error.code, str(error)
    if isinstance(error, RequestValidationError):
        return 422, "invalid_input", _invalid(error)
    if isinstance(error, HTTPException):
        return error.status_code, *_HTTP.get(error.status_code, ("http", "Yêu cầu không thực hiện được."))
    for kind, status, code in _ROOMS:
        if isinstance(error, kind):
            return status, code, str(error)
    return _of_the_machine(error) or _UNEXPECTED


_UNEXPECTED = (
    500,
    "internal",
    "Đài gặp lỗi ngoài dự kiến; việc này chưa được thực hiện. Hãy thử lại, nếu vẫn lỗi hãy báo kỹ thuật.",
)


def _of_the_machine(error: Exception) -> tuple[int, str, str] | None:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    if full or (isinstance(error, OperationalError) and "disk is full" in str(error.orig)):
        message = "Ổ đĩa của đài đã đầy nên chưa lưu được gì. Hãy báo kỹ thuật dọn ổ đĩa rồi làm lại."
        return 507, "disk_full", message
    if isinstance(error, (DataError, OverflowError, UnicodeEncodeError)):  # what no database can hold
        return 422, "invalid_input", "Dữ liệu gửi lên có ký tự, số hoặc thời điểm không dùng được. Hãy sửa rồi gửi lại."
    if isinstance(error, OperationalError):
        return 503, "busy", "Đài đang bận nên việc này chưa được thực hiện. Hãy thử lại sau ít giây."
    return None


def answer(error: Exception, tell: Callable[[str], str], headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The error as JSON; `tell` puts its message into the language of the answer."""
    status, code, message = told(error)
    body = {"error": {"code": code, "message": tell(message)}}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


def install(
    app: FastAPI, page: Callable[[Request, int, str], Response], teller: Callable[[Request], Callable[[str], str]]
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Answer all errors of our rooms: programs get JSON, people the `page` made of status and message. `teller` puts a Vietnamese
    message into the language of a request. Returns what answers, for errors before the application is reached.
    """

    async def handle(request: Request, error: Exception) -> Response:
        if told(error)[0] in {500, 507}:
            log.error("Unexpected error", path=request.url.path, exc_info=error)
        if request.url.path.startswith(_PROGRAMS):
            return answer(error, teller(request), getattr(error, "headers", None))
        status, _, message = told(error)
        if isinstance(error, RequestValidationError):
            message = _invalid(error, lambda where: words.FORM_FIELDS.get(where.rpartition(".")[2], "Một ô"))
        return await run_in_threadpool(page, request, status, message)

    for kind in (
        StationError,
        RequestValidationError,
        HTTPException,
        *(kind for kind, _, _ in _ROOMS),
        OSError,
        OperationalError,
        DataError,
        OverflowError,
        UnicodeEncodeError,
        Exception,
    ):
        app.add_exception_handler(kind, handle)
    return handle


def _invalid(error: RequestValidationError, name: Callable[[str], str] = "“{}”".format) -> str:
    """What does not fit, field by field; `name` gives what a field is called to who reads it."""
    parts = []
    for problem in error.errors()[:5]:
        where = ".".join(str(step) for step in problem["loc"] if step not in {"body", "query", "path"})
        what = _PROBLEMS.get(problem["type"], "{} không hợp lệ")
        parts.append(what.format(name(where[:80]) if where else "Nội dung gửi lên"))
    return f"{'; '.join(parts)}. Hãy sửa rồi gửi lại."
