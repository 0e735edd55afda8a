"""What voice in the closure of an onset does to the recogniser's certainty: the same clips with and without.

    nice -n 19 python benchmarks/voice/murmur.py kokoro-vi-nu đ '{"below_db": 10, "length_ms": 80}'

Renders tuning sentences that have the onset once, without it; each JSON argument is then tried on the sound.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from creak import SENTENCES, syllables_of, words_of
from likelihood import Listener

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine, home
from voices.kokoro.engine import Plan
from voices.kokoro.finish import creaking, murmuring, projected, trimmed
from voices.kokoro.model import RATE_HZ, Model
from voices.kokoro.rules import Murmur
from voices.kokoro.syllable import Syllable


def main() -> None:
    """Print for each murmur the certainty of the onset's syllables, and of all others, against none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice")
    parser.add_argument("onset", help="as written: đ, b, g, …")
    parser.add_argument("murmur", nargs="+", type=json.loads)
    parser.add_argument("--sentences", type=int, default=40)
    options = parser.parse_args()
    engine, ear, model = KokoroEngine(options.voice), Listener(), Model(home())
    spoken = []
    for text in _lines(options.onset)[: options.sentences]:
        plan = next(engine.plans(text, SpeechSettings()))
        spoken.append((text, plan, model.sound(plan.prompt, plan.frames, plan.f0_hz, plan.energy)))
    base: np.ndarray | None = None
    for given in [None, *options.murmur]:
        certain: list[float] = []
        concerned: list[bool] = []
        for text, plan, sound in spoken:
            syllables = syllables_of(text)
            concerned += [syllable.onset == options.onset for syllable in syllables]
            samples = _finished(sound, plan, syllables, options.onset, Murmur(**given) if given else None)
            certain += ear.hear(samples, RATE_HZ, words_of(text)).certainty
        values, mask = np.array(certain), np.array(concerned)
        base = values if base is None else base
        for name, part in (("onset", mask), ("others", ~mask)):
            change = (values - base)[part]
            error = change.std() / len(change) ** 0.5
            print(f"{name:7}{values[part].mean():.3f}  {change.mean():+.3f} ± {error:.3f} ({len(change)})  {given}")


def _lines(onset: str) -> list[str]:
    lines = [line.strip() for line in Path(SENTENCES).read_text("utf-8").splitlines() if line.strip()]
    plain = [text for text in lines if len(words_of(text)) == len(syllables_of(text))]
    return [text for text in plain if any(syllable.onset == onset for syllable in syllables_of(text))]


def _finished(
    sound: np.ndarray, plan: Plan, syllables: list[Syllable], onset: str, murmur: Murmur | None
) -> np.ndarray:
    samples = sound.copy()
    for syllable, place, onset_ms, rime_ms in zip(
        syllables, plan.utterance.places, plan.onsets_ms, plan.rimes_ms, strict=True
    ):
        first, start, end = (ms * RATE_HZ // 1000 for ms in (onset_ms, *rime_ms))
        if murmur and syllable.onset == onset:
            murmuring(samples, first, start, end, plan.f0_at(rime_ms[0]), murmur)
        if place.how.creak:
            creaking(samples, start, end, place.how.creak)
    return trimmed(projected(samples))


if __name__ == "__main__":
    main()
