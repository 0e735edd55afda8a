"""The port to a generic normaliser: it proposes readings for what our rules have flagged, and changes nothing itself."""

import re
from functools import lru_cache
from typing import Protocol

import structlog

_log = structlog.get_logger(__name__)
MAX_CHARACTERS = 500
"""sea-g2p 0.10 panics on long texts (25 kB in one call, "a-" × 3000): it gets one sentence at a time, or nothing."""


class Backend(Protocol):
    """Something that makes words of a piece of written text."""

    def say(self, written: str) -> str | None:
        """The words, or None where it has none. Never raises."""


class SeaG2p:
    """sea-g2p (Apache-2.0), guarded. Where it is not installed, it has no words."""

    def __init__(self) -> None:
        """Loads the library, some 20 ms."""
        try:
            from sea_g2p import Normalizer  # noqa: PLC0415 - optional: only a station has it
        except ImportError:
            _log.info("sea-g2p is not installed")
            self._normalizer = None
        else:
            self._normalizer = Normalizer()

    def say(self, written: str) -> str | None:
        """The words, or None: too long, nothing to say, or a panic inside the library."""
        if self._normalizer is None or len(written) > MAX_CHARACTERS:
            return None
        try:
            said = str(self._normalizer.normalize(written))
        except BaseException as error:
            if type(error).__name__ != "PanicException" and not isinstance(error, (ValueError, RuntimeError)):
                raise
            _log.warning("sea-g2p failed", error=type(error).__name__)
            return None
        return " ".join(re.sub(r"<[^>]*>", " ", said).split()) or None


@lru_cache(maxsize=1)
def _default() -> Backend:
    return SeaG2p()


@lru_cache(maxsize=5000)
def proposal(written: str) -> str | None:
    """What the generic normaliser would say for a flagged place; None where that is no Vietnamese text either."""
    said = _default().say(written)
    if said is None or said.casefold() == written.casefold() or not re.fullmatch(r"[^\W\d_]+(?:[ ,][^\W\d_]+)*", said):
        return None
    return said
