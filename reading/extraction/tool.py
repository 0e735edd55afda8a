"""Programs of the system that help to read: run with their own bound of memory and time."""

import resource
import subprocess

from reading.errors import ExtractionFailedError
from reading.extraction.limits import Limits


def run_tool(command: list[str], limits: Limits, *, stdout: int = subprocess.PIPE) -> str:
    """What `command` prints. A failure to do its work is for the caller to see from its result.

    Raises ExtractionFailedError where it takes longer than the whole extraction may.
    """

    def allow_more_memory() -> None:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))

    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            timeout=limits.time_s,
            check=False,
            preexec_fn=allow_more_memory,
        )
    except subprocess.TimeoutExpired as error:
        raise ExtractionFailedError(
            f"Đọc tệp quá lâu (hơn {limits.time_s} giây) nên đã dừng lại; đài vẫn chạy bình thường. Hãy tách nhỏ tệp rồi gửi lại."
        ) from error
    return done.stdout.decode("utf-8", errors="replace") if done.stdout else ""
