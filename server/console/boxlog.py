"""The log of a box as a table: structlog's JSON lines, each its instant, how grave, what, and the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_GRAVE = frozenset({"warning", "error", "critical"})


@dataclass(frozen=True)
class Line:
    """One line. What is no JSON stays whole in `text`."""

    at: datetime | None
    grave: bool
    text: str
    rest: str = ""


def lines(data: Mapping[str, Any]) -> list[Line]:
    """Of the answer to the command `logs`, the newest first: a technician looks for what happened last."""
    found = data.get("lines")
    return [_line(str(text)) for text in reversed(found)] if isinstance(found, list) else []


def _line(text: str) -> Line:
    try:
        fields = json.loads(text)
        at = datetime.fromisoformat(str(fields.pop("timestamp")))
    except (ValueError, KeyError, AttributeError, TypeError):  # cut off at the box, or another form of log
        return Line(None, grave=False, text=text)
    if at.tzinfo is None:
        return Line(None, grave=False, text=text)
    grave, event = fields.pop("level", "") in _GRAVE, str(fields.pop("event", ""))
    return Line(at, grave, event, " ".join(f"{name}={value}" for name, value in fields.items()))
