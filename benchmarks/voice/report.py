"""What the recogniser of the wheel viet-asr makes of a voice: WER, CER and pace, plain and under changes no search has seen.

    python benchmarks/voice/report.py kokoro-vi-nu                      # the 60 report sentences, plain
    python benchmarks/voice/report.py kokoro-vi-nam --changed --sentences FILE --json OUT.json

One process, one thread. Run it under `nice`; it takes about two seconds a sentence and condition.
"""

import argparse
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from likelihood import to_16k
from numpy.typing import NDArray

from voices.engine import SpeechSettings
from voices.kokoro import KokoroEngine

Floats = NDArray[np.float32]
HERE = Path(__file__).parent
_PAD_S = 0.3


@dataclass(frozen=True)
class Condition:
    """One way to change the speech before it is heard."""

    name: str
    settings: SpeechSettings
    through: Callable[[Floats, int], Floats] = lambda samples, _rate_hz: samples


def horn(samples: Floats, rate_hz: int) -> Floats:
    """A village horn: 250–7000 Hz (two poles each), white noise 10 dB under the speech, through the same horn."""
    noise = np.random.default_rng(len(samples)).standard_normal(len(samples))
    frequency = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    ratio_low, ratio_high = 250 / np.maximum(frequency, 1), frequency / 7000
    response = 1 / np.sqrt((1 + ratio_low**4) * (1 + ratio_high**4))

    def band(sound: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.fft.irfft(np.fft.rfft(sound) * response, len(sound))

    speech, hiss = band(samples.astype(np.float64)), band(noise)
    hiss *= np.sqrt(np.mean(speech**2) / np.mean(hiss**2)) * 10 ** (-10 / 20)
    return (speech + hiss).astype(np.float32)


PLAIN = Condition("plain", SpeechSettings())
CHANGED = (
    Condition("speed -8 %", SpeechSettings(speed=0.92)),
    Condition("speed +8 %", SpeechSettings(speed=1.08)),
    Condition("pitch -1.5 st", SpeechSettings(pitch_st=-1.5)),
    Condition("pitch +1.5 st", SpeechSettings(pitch_st=1.5)),
    Condition("horn, 10 dB noise", SpeechSettings(), horn),
)


@dataclass
class Tally:
    """Errors over a list of sentences."""

    words: int = 0
    word_errors: int = 0
    characters: int = 0
    character_errors: int = 0
    seconds: float = 0.0

    def add(self, said: str, heard: str, seconds: float) -> None:
        """One clip. A word is a syllable, as Vietnamese is written."""
        said, heard = fold(said), fold(heard)
        self.words += len(said.split())
        self.word_errors += distance(said.split(), heard.split())
        self.characters += len(said)
        self.character_errors += distance(said, heard)
        self.seconds += seconds

    def summary(self) -> dict[str, float]:
        """WER, CER, and syllables a second over the whole clips."""
        return {
            "wer": round(self.word_errors / self.words, 4),
            "cer": round(self.character_errors / self.characters, 4),
            "syllables_per_s": round(self.words / self.seconds, 3),
        }


def fold(text: str) -> str:
    """Lower case, no punctuation, one space."""
    return " ".join(re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text.lower())).split())


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y)))
    return row[-1]


class Ear:
    """The wheel's own transcription."""

    def __init__(self) -> None:
        """Loads the recogniser."""
        import vietasr  # noqa: PLC0415

        self._pipeline = vietasr.Pipeline.preset("transcribe")

    def hear(self, samples: Floats, rate_hz: int) -> str:
        """Padded by 0.3 s on each side, 2 dB down, 16-bit."""
        pad = np.zeros(int(_PAD_S * 16_000), np.float32)
        sound = np.concatenate([pad, to_16k(samples, rate_hz) * 10 ** (-2 / 20), pad])
        pcm = np.clip(np.round(sound * 32_767), -32_768, 32_767).astype(np.int16)
        return str(self._pipeline.transcribe(pcm).text)


def main() -> None:
    """Print a table; write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice")
    parser.add_argument("--sentences", type=Path, default=HERE / "sentences-report.txt")
    parser.add_argument("--changed", action="store_true", help="also under the changes")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true", help="print every clip that was not heard as said")
    options = parser.parse_args()
    sentences = [line.strip() for line in options.sentences.read_text("utf-8").splitlines() if line.strip()]
    engine, ear = KokoroEngine(options.voice), Ear()
    results = {}
    for condition in (PLAIN, *(CHANGED if options.changed else ())):
        tally = Tally()
        for sentence in sentences:
            clip = engine.render(sentence, condition.settings)
            heard = ear.hear(condition.through(clip.samples, clip.rate_hz), clip.rate_hz)
            tally.add(sentence, heard, len(clip.samples) / clip.rate_hz)
            if options.show and fold(sentence) != fold(heard):
                print(f"  {fold(sentence)}\n> {fold(heard)}")
        results[condition.name] = tally.summary() | asdict(tally)
        print(f"{options.voice:16} {condition.name:18}", tally.summary(), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
