"""Pictures of a sentence for the documentation: the F0 we draw and the length of each rime.

    pip install matplotlib
    python benchmarks/voice/plots.py docs/voice

matplotlib is a tool of whoever writes the documentation, not a part of the station.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine, voices
from voices.kokoro.prosody import FRAME_MS
from voices.kokoro.utterance import phrases

mpl.use("Agg")
from matplotlib import pyplot as plt

SENTENCE = "Má bảo mạ lúa đã tốt, mà chưa thấy nước về."
"""All six tones, and the two before stops."""


def main() -> None:
    """One SVG a voice."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, voice in voices().items():
        engine = KokoroEngine(name)
        plan = next(engine.plans(SENTENCE, SpeechSettings()))
        syllables = [syllable for phrase in phrases(SENTENCE) for syllable in phrase.syllables]
        figure, (above, below) = plt.subplots(2, 1, figsize=(11, 6), height_ratios=(3, 1), layout="constrained")
        seconds = np.arange(len(plan.f0_hz)) * FRAME_MS / 2000
        voiced = np.where(plan.f0_hz > 40, plan.f0_hz, np.nan)
        above.plot(seconds, voiced, color="#b04a2f", linewidth=2)
        above.set(title=f"{name}: {voice.name}", ylabel="F0 (Hz)", ylim=(50, 320), xlim=(0, seconds[-1]))
        above.axhline(voice.median_hz, color="#999", linewidth=0.8, linestyle=":")
        for written, (start_ms, end_ms) in zip(
            SENTENCE.replace(",", "").rstrip(".").split(), plan.rimes_ms, strict=True
        ):
            above.axvspan(start_ms / 1000, end_ms / 1000, color="#dfe7d7", alpha=0.6)
            above.text((start_ms + end_ms) / 2000, 305, written, ha="center", fontsize=9)
        below.bar(range(len(syllables)), [end - start for start, end in plan.rimes_ms], color="#7a8f6a")
        below.set(ylabel="rime (ms)", xticks=range(len(syllables)))
        below.set_xticklabels(SENTENCE.replace(",", "").rstrip(".").split(), fontsize=9)
        figure.savefig(folder / f"{name}.svg")
        plt.close(figure)


if __name__ == "__main__":
    main()
