"""Listening before the audio is made: a sentence at once, a bulletin from its first sentence on while the rest is made.

It has the station's interactive lane, so it does not wait for the bulk. What is heard is the voice itself, before it is
mastered for a horn.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from server.errors import BusyError
from server.productions.recipe import Recipe
from voices import SpokenSentence, Studio
from voices.assembly import RATE_HZ, segment_of
from voices.encoding import mp3_part

_MOST = 4
"""So many may listen at once; one more would let all wait."""
_BYTES_A_MS = RATE_HZ * 2 // 1000


@dataclass
class Preview:
    """Speech for whoever listens now, in the order in which they came."""

    studio: Studio

    def __post_init__(self) -> None:
        self._free = threading.BoundedSemaphore(_MOST)

    def prepare(self, voice: str) -> None:
        """Somebody will soon listen: begin loading the voice, so that the first sentence need not wait. Returns at once."""
        self.studio.prepare(voice)

    def say(self, sentence: SpokenSentence, voice: str, recipe: Recipe) -> bytes:
        """One sentence, 16-bit mono PCM at `RATE_HZ`. Raises BusyError, `VoiceError`."""
        leave = self._enter()
        try:
            (_, clip), *_ = self.studio.render([sentence], voice=voice, settings=recipe.speech, lane="interactive")
            return bytes(segment_of(clip).raw_data)
        finally:
            leave()

    def stream(self, sentences: Sequence[SpokenSentence], voice: str, recipe: Recipe) -> Generator[bytes, None, None]:
        """An MP3 piece a sentence with the silence after it, each as soon as it is ready. Raises as `say`, and so does the
        iterator; sentences without a speakable syllable are left out. Nothing more is made once it is closed.
        """
        leave = self._enter()
        programme = recipe.programme
        silence_ms = {
            "clause": programme.clause_pause_ms,
            "sentence": programme.sentence_pause_ms,
            "paragraph": programme.paragraph_pause_ms,
        }
        try:
            for sentence in sentences:  # one at a time: what is urgent gets in between
                ((_, clip),) = self.studio.render(
                    [sentence], voice=voice, settings=recipe.speech, lane="interactive", on_unspeakable=lambda _: None
                )
                if len(clip.samples):
                    pause = bytes(silence_ms[sentence.pause_after] * _BYTES_A_MS)
                    yield mp3_part(bytes(segment_of(clip).raw_data) + pause)
        finally:
            leave()

    def _enter(self) -> Callable[[], None]:
        if not self._free.acquire(blocking=False):
            raise BusyError("Đang có nhiều người nghe thử cùng lúc. Hãy thử lại sau ít giây.")
        return self._free.release
