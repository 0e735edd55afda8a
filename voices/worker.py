"""The render worker's side: arguments FACTORY and THREADS, one voice loaded at a time.

Questions: ("open", voice) → fingerprint; ("render", voice, text, settings) → Rendered. An error of the engine comes back
as the `VoiceError` itself; anything else ends the process, and the studio starts another.
"""

import importlib
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from voices.child import arguments, serve
from voices.engine import Engine, SpeechSettings
from voices.errors import VoiceError
from voices.pcm import to_pcm16

log = structlog.get_logger(__name__)
_DATA_LIMIT_BYTES = 3_000_000_000
"""A runaway engine gets MemoryError and ends; the studio's own limit, by resident size, is far lower."""


@dataclass(frozen=True)
class Rendered:
    """One sentence as 16-bit PCM, and the worker's resident size afterwards."""

    pcm: bytes
    rate_hz: int
    resident_bytes: int


class Worker:
    """Answers the studio's questions."""

    def __init__(self, factory: Callable[[str, int], Engine], threads: int) -> None:
        self._factory = factory
        self._threads = threads
        self._loaded: tuple[str, Engine] | None = None

    def answer(self, question: tuple[Any, ...]) -> object:
        """One question, one answer; see the module."""
        try:
            if question[0] == "open":
                return self._engine(question[1]).fingerprint
            return self._render(*question[1:])
        except VoiceError as error:
            return error

    def _render(self, voice: str, text: str, settings: SpeechSettings) -> Rendered:
        clip = self._engine(voice).render(text, settings)
        return Rendered(to_pcm16(clip.samples).tobytes(), clip.rate_hz, resident_bytes())

    def _engine(self, voice: str) -> Engine:
        """The voice, loaded in place of the one before: two at once would be too much memory."""
        if self._loaded is None or self._loaded[0] != voice:
            self._loaded = None
            self._loaded = (voice, self._factory(voice, self._threads))
        return self._loaded[1]


def resident_bytes() -> int:
    """Memory this process holds now (on systems without /proc: held at most)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return pages * resource.getpagesize()


def main() -> None:
    """Run as a worker."""
    factory, threads = arguments()
    module, name = factory.split(":")
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (_DATA_LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    serve(Worker(getattr(importlib.import_module(module), name), int(threads)).answer)
