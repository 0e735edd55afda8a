"""Kokoro-vi: the engine behind `voices.engine.Engine` that every station has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voices.engine import Clip, SpeechSettings
from voices.errors import NothingToSayError
from voices.kokoro import weights
from voices.kokoro.care import carefully
from voices.kokoro.finish import creaking, murmuring, projected, silence, trimmed, within_range
from voices.kokoro.model import RATE_HZ, Model, Prompt
from voices.kokoro.prosody import FRAME_MS, Delivery, apply_tones, durations
from voices.kokoro.realisation import Realisation, realise
from voices.kokoro.rules import load_rules
from voices.kokoro.syllable import parse
from voices.kokoro.utterance import Phrase, Utterance, assemble, phrases, runs
from voices.kokoro.voice import data_digest, style_matrix, voice


@dataclass(frozen=True)
class Plan:
    """All the model is told about one run."""

    utterance: Utterance
    prompt: Prompt
    frames: NDArray[np.float32]
    """For each token, pads included."""
    f0_hz: NDArray[np.float32]
    """Two values a frame."""
    energy: NDArray[np.float32]

    @property
    def rimes_ms(self) -> list[tuple[int, int]]:
        """Start and end of every syllable's rime, from the start of the model's lead silence."""
        edges = self._edges_ms
        return [(int(edges[place.middle + 1]), int(edges[place.end + 1])) for place in self.utterance.places]

    @property
    def onsets_ms(self) -> list[int]:
        """Start of every syllable, likewise."""
        return [int(self._edges_ms[place.start + 1]) for place in self.utterance.places]

    def f0_at(self, ms: int) -> float:
        """Hz, where the tone is drawn."""
        return float(self.f0_hz[min(2 * ms // FRAME_MS, len(self.f0_hz) - 1)])

    @property
    def _edges_ms(self) -> NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(self.frames)]) * FRAME_MS


MOST_SYMBOLS = 260
"""In one run; the model takes 510, but memory and the wait for the first sound grow with it."""
CODE_VERSION = 5
"""Raised whenever the code changes the sound of the same data."""


class KokoroEngine:
    """One voice, loaded. About a second to make and 400 MB; not thread-safe."""

    def __init__(self, name: str = "kokoro-vi-nu", *, threads: int = 1, folder: Path | None = None) -> None:
        """`name` is one of `voices()`; `folder` holds the graphs (default: where `install` puts them).

        Raises VoiceNotInstalledError for an unknown voice or where the graphs are missing.
        """
        self._voice = voice(name)
        self._rules = load_rules(self._voice.accent)
        self._styles = style_matrix(name)
        self._model = Model(folder or weights.home(), threads=threads)
        self._fingerprint = f"kokoro-vi/{CODE_VERSION}/{name}/{weights.MODEL_SHA256[:12]}/{data_digest()[:16]}"

    @property
    def fingerprint(self) -> str:
        """Engine, code, voice, weights and data."""
        return self._fingerprint

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `voices.engine.Engine`. Starts and ends with at most 50 ms of silence."""
        pieces: list[NDArray[np.float32]] = []
        for plan in self.plans(text, settings):
            if pieces:
                pieces.append(silence(settings.comma_pause_ms))
            pieces.append(trimmed(projected(self._spoken(plan))))
        return Clip(within_range(np.concatenate(pieces)), RATE_HZ)

    def plans(self, text: str, settings: SpeechSettings) -> Iterator[Plan]:
        """What the model is told, run by run: one for a usual sentence, more for one that is too long for the model.

        Raises NothingToSayError as `render` does.
        """
        said = phrases(text)
        if not said:
            raise NothingToSayError("Câu này không có âm tiết nào đọc được. Hãy viết lại câu bằng chữ tiếng Việt.")
        pitch = 2 ** (settings.pitch_st / 12)
        delivery = Delivery(
            median_hz=self._voice.median_hz * pitch,
            lowest_hz=self._voice.lowest_hz * pitch,
            declination_st=self._rules.sentence.declination_st,
            speed=settings.speed,
            comma_pause_ms=settings.comma_pause_ms,
        )
        parts = [self._realised(phrase, settings) for phrase in said]
        groups = list(runs(parts, MOST_SYMBOLS))
        for number, group in enumerate(groups, 1):
            yield self._plan(assemble(group, said[-1].mark if number == len(groups) else ","), delivery)

    def _spoken(self, plan: Plan) -> NDArray[np.float32]:
        samples = self._model.sound(plan.prompt, plan.frames, plan.f0_hz, plan.energy).copy()
        for place, onset_ms, rime_ms in zip(plan.utterance.places, plan.onsets_ms, plan.rimes_ms, strict=True):
            onset, start, end = (ms * RATE_HZ // 1000 for ms in (onset_ms, *rime_ms))
            if place.how.murmur:
                murmuring(samples, onset, start, end, plan.f0_at(rime_ms[0]), place.how.murmur)
            if place.how.creak:
                creaking(samples, start, end, place.how.creak)
        return samples

    def _realised(self, phrase: Phrase, settings: SpeechSettings) -> list[Realisation]:
        care = {entry.word: entry for entry in settings.care}
        return [
            carefully(syllable, parse(care[word].heard), care[word].way, self._rules)
            if word in care
            else realise(syllable, self._rules)
            for syllable, word in zip(phrase.syllables, phrase.words, strict=True)
        ]

    def _plan(self, utterance: Utterance, delivery: Delivery) -> Plan:
        tokens = utterance.tokens
        row = min(len(tokens) + self._rules.sentence.style_row, len(self._styles)) - 1
        prompt = Prompt(tokens, self._styles[row])
        frames = durations(self._model.durations(prompt), utterance, self._rules.duration, delivery)
        model_f0_hz, model_energy = self._model.prosody(prompt, frames)
        f0_hz, energy = apply_tones(model_f0_hz, model_energy, frames, utterance, self._rules.strength, delivery)
        return Plan(utterance, prompt, frames, f0_hz, energy)
