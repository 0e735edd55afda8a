"""`extract`: the station's side. It hands the file to a process of its own and waits no longer than the limits say."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from reading.document import Document
from reading.errors import ExtractionFailedError, ReadingError, UnreadableDocumentError
from reading.extraction.limits import DEFAULT, Limits

_log = structlog.get_logger(__name__)
_MB = 1024 * 1024
_TRACE = "trace.txt"
_ERRORS: dict[str, type[ReadingError]] = {
    error.__name__: error for error in (UnreadableDocumentError, ExtractionFailedError)
}
_TOO_LONG = (
    "Đọc tệp quá lâu (hơn {time_s} giây) nên đã dừng; đài vẫn chạy bình thường. "
    "Hãy thử lại, hoặc tách nhỏ tệp rồi gửi lại."
)
_DIED = (
    "Tệp làm chương trình đọc bị ngắt giữa chừng (tệp hỏng hoặc quá phức tạp); đài vẫn chạy bình thường. "
    "Hãy mở tệp, lưu lại thành .docx hoặc .pdf rồi gửi lại."
)


def extract(path: Path, *, name: str | None = None, limits: Limits = DEFAULT) -> Document:
    """The document in the file at `path`, read in a process of its own within `limits`.

    `name` is what the user called the file (default: its own name); the content decides the type, and an ending of
    the name that contradicts it is an error. Blocking: from half a second to minutes (OCR), at most `limits.time_s` and a moment.

    Raises UnreadableDocumentError (another file is needed) or ExtractionFailedError (limits, or a tool of the system is missing).
    """
    name = path.name if name is None else name
    _check_size(path, limits)
    with tempfile.TemporaryDirectory(prefix="loa-extract-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder) / "answer.json"
        request = {"path": str(path.resolve()), "name": name, "answer": str(answer), "limits": limits.model_dump()}
        code = _run(json.dumps(request), Path(folder), limits)
        return _document(answer, code, name, limits)


def _check_size(path: Path, limits: Limits) -> None:
    try:
        size = path.stat().st_size
        regular = path.is_file()
    except (OSError, ValueError) as error:
        raise UnreadableDocumentError(
            "Không mở được tệp: tệp không còn ở đó hoặc đài không có quyền đọc. Hãy gửi lại."
        ) from error
    if not regular:
        raise UnreadableDocumentError("Đây không phải là một tệp văn bản. Hãy chọn đúng tệp cần đọc.")
    if size == 0:
        raise UnreadableDocumentError(
            "Tệp rỗng (0 byte): thường do tải lên bị ngắt giữa chừng. Hãy kiểm tra tệp gốc rồi gửi lại."
        )
    if size > limits.file_mb * _MB:
        raise UnreadableDocumentError(
            f"Tệp lớn {size // _MB} MB, quá giới hạn {limits.file_mb} MB. Hãy bỏ bớt hình ảnh hoặc tách nhỏ rồi gửi lại."
        )


def _run(request: str, folder: Path, limits: Limits) -> int | None:
    """The exit status of the extracting process, None where it ran out of time. Nothing it started outlives this call."""
    source = str(Path(__file__).parents[2])
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_THREAD_LIMIT": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with (folder / _TRACE).open("wb") as trace:
        child = subprocess.Popen(
            [sys.executable, "-m", "reading.extraction.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=trace,
            cwd=folder,
            env=environment,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
    try:
        child.communicate(request, timeout=limits.time_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(child)
    return child.returncode


def _end_group(child: "subprocess.Popen[str]") -> None:
    """Ends the process and whatever it started; they share its session."""
    with contextlib.suppress(ProcessLookupError):  # all of them have ended by themselves
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _document(answer: Path, code: int | None, name: str, limits: Limits) -> Document:
    if code is None or code == -signal.SIGXCPU:
        _log.warning("extraction ran out of time", document=name, time_s=limits.time_s)
        raise ExtractionFailedError(_TOO_LONG.format(time_s=limits.time_s))
    try:
        if answer.stat().st_size > limits.unpacked_mb * _MB:
            raise ExtractionFailedError(_DIED)
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        if "document" in found:
            return Document.model_validate(found["document"])
    except (OSError, ValueError, ValidationError) as error:
        trace = (answer.parent / _TRACE).read_text(encoding="utf-8", errors="replace")[-2000:]
        _log.warning("extraction died", document=name, exit_status=code, trace=trace)
        raise ExtractionFailedError(_DIED) from error
    raise _ERRORS.get(found["error"], ExtractionFailedError)(found["message"])
