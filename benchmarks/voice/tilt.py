"""What brightness does to the recogniser's certainty, plain and through a noisy horn: the same clips each time.

    nice -n 19 python benchmarks/voice/tilt.py kokoro-vi-nu 0 4 8 12

Renders tuning sentences once, without `projected`; each number is then tried as the decibels by which it raises what lies
above the first formants.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from creak import SENTENCES, words_of
from likelihood import Listener
from report import horn

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine, home
from voices.kokoro.finish import projected, trimmed
from voices.kokoro.model import RATE_HZ, Model


def main() -> None:
    """Print the mean certainty under each brightness, and how it differs from the first one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice")
    parser.add_argument("brightness_db", nargs="+", type=float)
    parser.add_argument("--sentences", type=int, default=40)
    options = parser.parse_args()
    lines = [line.strip() for line in SENTENCES.read_text("utf-8").splitlines() if line.strip()][: options.sentences]
    sounds, ear = _sounds(options.voice, lines), Listener()
    first: dict[str, np.ndarray] = {}
    for brightness_db in options.brightness_db:
        bright = [projected(sound, brightness_db) for sound in sounds]
        for name, heard in (("plain", bright), ("horn", [horn(sound, RATE_HZ) for sound in bright])):
            certain = [
                ear.hear(sound, RATE_HZ, words_of(text)).certainty for sound, text in zip(heard, lines, strict=True)
            ]
            values = np.concatenate([np.array(row) for row in certain])
            change = values - first.setdefault(name, values)
            error = change.std() / len(change) ** 0.5
            print(
                f"{brightness_db:5.1f} dB {name:6} {values.mean():.3f}  {change.mean():+.3f} ± {error:.3f}", flush=True
            )


def _sounds(voice: str, lines: Sequence[str]) -> list[np.ndarray]:
    """As the model gives them: not bright, not creaking."""
    engine, model = KokoroEngine(voice), Model(home())
    plans = [list(engine.plans(text, SpeechSettings())) for text in lines]
    return [
        np.concatenate([trimmed(model.sound(run.prompt, run.frames, run.f0_hz, run.energy)) for run in runs])
        for runs in plans
    ]


if __name__ == "__main__":
    main()
