"""Identifiers and revisions."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=64)]
"""ASCII id of a station or device: part of topics and of the broker's user names, so nothing that MQTT gives a meaning."""

MAX_NUMBER = 2**53
"""No counter on the wire is larger (revisions, sequence numbers, sessions): every database and every JSON can hold it exactly."""
MAX_SMALL = 2**31 - 1
"""Nor any attempt or length in milliseconds."""

Counter = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Length = Annotated[int, Field(ge=0, le=MAX_SMALL)]
"""Milliseconds."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Lower-case hexadecimal SHA-256 of a file: its name on the station and on the device."""


def next_revision(now: datetime, *known: int) -> int:
    """A revision above all `known` ones: the Unix time in milliseconds, or one more than the highest known.

    Time keeps revisions rising when a station is restored from an older backup; the maximum keeps them rising when its clock
    steps back.
    """
    return max(int(now.timestamp() * 1000), *(revision + 1 for revision in known), 1)
