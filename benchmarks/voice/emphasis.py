"""What louder consonants do to the recogniser's certainty, plain and through a noisy horn: the same clips each time.

    nice -n 19 python benchmarks/voice/emphasis.py kokoro-vi-nu '{"coda": 4}' '{"voiceless": 4, "voiced": 4}'

Renders tuning sentences once; each JSON argument then raises, by so many decibels, the onsets that are voiceless, those that
are voiced, and the last 30 % of rimes with a coda or without one (open).
"""

import argparse
import json
from collections.abc import Mapping

import numpy as np
from creak import SENTENCES, syllables_of, words_of
from likelihood import Listener
from report import horn

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine
from voices.kokoro.engine import Plan
from voices.kokoro.finish import projected, trimmed
from voices.kokoro.model import RATE_HZ
from voices.kokoro.syllable import Syllable

_VOICELESS = frozenset({"c", "ch", "h", "kh", "p", "ph", "qu", "s", "t", "th", "tr", "x"})
_END = 0.7
_SMOOTH = np.hanning(385) / np.hanning(385).sum()


def main() -> None:
    """Print the mean certainty with each emphasis, and how it differs from none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice")
    parser.add_argument("emphasis", nargs="+", type=json.loads)
    parser.add_argument("--sentences", type=int, default=30)
    options = parser.parse_args()
    lines = [line.strip() for line in SENTENCES.read_text("utf-8").splitlines() if line.strip()]
    plain = [text for text in lines if len(words_of(text)) == len(syllables_of(text))][1::7]
    engine, ear = KokoroEngine(options.voice), Listener()
    spoken = []
    for text in plain[: options.sentences]:
        plan = next(engine.plans(text, SpeechSettings()))
        spoken.append((text, plan, engine._spoken(plan)))  # noqa: SLF001  (with creak and murmur, not yet bright)
    first: dict[str, np.ndarray] = {}
    for given in [{}, *options.emphasis]:
        certain: dict[str, list[float]] = {"plain": [], "horn": []}
        for text, plan, sound in spoken:
            gain_db = _gain_db(len(sound), plan, syllables_of(text), given)
            samples = trimmed(projected((sound * 10 ** (gain_db / 20)).astype(np.float32)))
            for name, heard in (("plain", samples), ("horn", horn(samples, RATE_HZ))):
                certain[name] += ear.hear(heard, RATE_HZ, words_of(text)).certainty
        for name, row in certain.items():
            values = np.array(row)
            change = values - first.setdefault(name, values)
            error = change.std() / len(change) ** 0.5
            print(
                f"{name:6} {values.mean():.3f}  {change.mean():+.3f} ± {error:.3f} ({len(change)})  {given}", flush=True
            )


def _gain_db(count: int, plan: Plan, syllables: list[Syllable], given: Mapping[str, float]) -> np.ndarray:
    gain_db = np.zeros(count)
    for syllable, onset_ms, rime_ms in zip(syllables, plan.onsets_ms, plan.rimes_ms, strict=True):
        onset, start, end = (ms * RATE_HZ // 1000 for ms in (onset_ms, *rime_ms))
        gain_db[onset:start] += given.get("voiceless" if syllable.onset in _VOICELESS else "voiced", 0)
        gain_db[round(start + _END * (end - start)) : end] += given.get("coda" if syllable.coda else "open", 0)
    return np.convolve(gain_db, _SMOOTH, "same")


if __name__ == "__main__":
    main()
