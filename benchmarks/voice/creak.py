"""What creak in a tone does to the recogniser's certainty: the same clips with and without, so that small effects show.

    nice -n 19 python benchmarks/voice/creak.py kokoro-vi-nu nang '{"start": 0.45, "beat_hz": 45, "depth_db": 25, "end_db": -14}'

Renders the tuning sentences that have most of the tone once, without creak; each JSON argument is then tried on the sound.
"""

import argparse
import json
import re
import unicodedata
from pathlib import Path

import numpy as np
from likelihood import Listener

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine, home
from voices.kokoro.finish import creaking, trimmed
from voices.kokoro.model import RATE_HZ, Model
from voices.kokoro.realisation import contour_of
from voices.kokoro.rules import Creak
from voices.kokoro.syllable import Syllable
from voices.kokoro.utterance import phrases

SENTENCES = Path(__file__).parent / "sentences-tuning.txt"


def words_of(text: str) -> list[str]:
    """As written."""
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text.lower()))


def syllables_of(text: str) -> list[Syllable]:
    """As spoken."""
    return [syllable for phrase in phrases(text) for syllable in phrase.syllables]


def main() -> None:
    """Print for each way of creaking the certainty of the tone's syllables, and of all others, against none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice")
    parser.add_argument("contour", help="as in the rules: nang, nga, hoi, …")
    parser.add_argument("creak", nargs="+", type=json.loads)
    parser.add_argument("--sentences", type=int, default=34)
    options = parser.parse_args()
    engine, ear = KokoroEngine(options.voice), Listener()

    def share(text: str) -> float:
        spoken = syllables_of(text)
        return sum(bool(contour_of(syllable) == options.contour) for syllable in spoken) / len(spoken)

    lines = [line.strip() for line in SENTENCES.read_text("utf-8").splitlines() if line.strip()]
    plain = [text for text in lines if len(words_of(text)) == len(syllables_of(text))]
    chosen = sorted(plain, key=share, reverse=True)[: options.sentences]
    runs = [(text, plan) for text in chosen for plan in engine.plans(text, SpeechSettings())]
    model = Model(home())  # below the engine, which creaks by itself
    spoken = [(text, plan, model.sound(plan.prompt, plan.frames, plan.f0_hz, plan.energy)) for text, plan in runs]
    base: np.ndarray | None = None
    for given in [None, *options.creak]:
        certain: list[float] = []
        concerned: list[bool] = []
        for text, plan, sound in spoken:
            samples = sound.copy()
            for syllable, (start_ms, end_ms) in zip(syllables_of(text), plan.rimes_ms, strict=True):
                concerned.append(contour_of(syllable) == options.contour)
                if given and concerned[-1]:
                    creaking(samples, start_ms * RATE_HZ // 1000, end_ms * RATE_HZ // 1000, Creak(**given))
            certain += ear.hear(trimmed(samples), RATE_HZ, words_of(text)).certainty
        values, mask = np.array(certain), np.array(concerned)
        base = values if base is None else base
        for name, part in (("tone", mask), ("others", ~mask)):
            change = (values - base)[part]
            error = change.std() / len(change) ** 0.5
            print(
                f"{name:7}{values[part].mean():.3f}  {change.mean():+.3f} ± {error:.3f} ({len(change)})  {given}",
                flush=True,
            )


if __name__ == "__main__":
    main()
