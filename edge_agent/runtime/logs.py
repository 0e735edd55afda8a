"""The log: JSON lines on standard error, the newest kept in memory for the technician far away."""

import json
import logging
import sys
from collections import deque
from collections.abc import MutableMapping
from typing import Any

import structlog

KEPT = 300
_LINE_BYTES = 1_000
_ANSWER_BYTES = 60_000


class LogTail:
    """A structlog processor that remembers what passes."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Keep a line; nothing is changed."""
        self._lines.append(json.dumps(event, default=str, ensure_ascii=False)[:_LINE_BYTES])
        return event

    def newest(self, count: int) -> list[str]:
        """The last lines, oldest first, as many as fit into one answer."""
        found: list[str] = []
        size = 0
        for line in reversed(self._lines.copy()):  # other threads go on writing
            size += len(line.encode())
            if len(found) >= count or size > _ANSWER_BYTES:
                break
            found.append(line)
        return found[::-1]


def log_to_stderr(tail: LogTail, *, verbose: bool) -> None:
    """From now on; `tail` sees every line. Tracebacks come without local variables: they hold passwords and keys."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            tail,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class LogLevel:
    """Implements `edge_agent.ports.Talk`, for as long as nobody at the box wants to hear more."""

    def set_level(self, level: str) -> None:
        """debug, info, warning, error."""
        found = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(found or logging.INFO))
