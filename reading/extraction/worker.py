"""The extracting process: `python -m reading.extraction.worker`, the request as JSON on standard input, the answer into a file.

It bounds itself before it loads anything that touches the document, so hostile content harms nobody but this process.
"""

import json
import resource
import sys
from pathlib import Path
from typing import TypedDict

from reading.errors import ExtractionFailedError, ReadingError
from reading.extraction.limits import Limits

_MB = 1024 * 1024
_OUT_OF_MEMORY = (
    "Tệp quá phức tạp, dùng hết bộ nhớ cho phép nên đã dừng lại; đài vẫn chạy bình thường. "
    "Hãy tách nhỏ tệp, bỏ bớt hình ảnh rồi gửi lại."
)


class Request(TypedDict):
    """What the parent asks."""

    path: str
    name: str
    answer: str
    limits: dict[str, int]


def confine(limits: Limits) -> None:
    """Bounds this process: memory, CPU time, size of written files, no core dump. Tools it starts may raise their own memory."""
    memory, tool_memory = limits.memory_mb * _MB, max(limits.tool_memory_mb, limits.memory_mb) * _MB
    resource.setrlimit(resource.RLIMIT_AS, (memory, tool_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.time_s, limits.time_s + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * limits.unpacked_mb * _MB, 2 * limits.unpacked_mb * _MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Reads one request, answers it, ends. No answer at all means that the process died of its limits."""
    request: Request = json.load(sys.stdin)
    limits = Limits.model_validate(request["limits"])
    confine(limits)
    try:
        from reading.extraction.readers import read_document  # noqa: PLC0415 (loaded within the limits)

        document = read_document(Path(request["path"]), request["name"], limits, Path(request["answer"]).parent)
        answer = '{"document":' + document.model_dump_json() + "}"
    except ReadingError as error:
        answer = json.dumps({"error": type(error).__name__, "message": str(error)})
    except (MemoryError, RecursionError):
        answer = json.dumps({"error": ExtractionFailedError.__name__, "message": _OUT_OF_MEMORY})
    Path(request["answer"]).write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    main()
