"""What really came out: when the sound began in each WAV, and what the recogniser makes of one of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voices import EarReport, TimelineEntry, listen

_SILENCE = 1e-3
"""Below −60 dBFS nothing sounds."""


@dataclass(frozen=True)
class Output:
    """A speaker's WAV and the wall time (Unix seconds) of its first sample."""

    wav: Path
    epoch: float

    @classmethod
    def beside(cls, wav: Path) -> "Output | None":
        """The output with the epoch that the agent wrote beside it, or None if there is none."""
        sidecar = wav.with_suffix(".json")
        if not wav.exists() or not sidecar.exists():
            return None
        return cls(wav=wav, epoch=float(json.loads(sidecar.read_text())["output_epoch"]))

    def onset(self, after: float) -> float | None:
        """Unix time of the first sounding sample at or after `after`, to the sample; None if it stayed silent."""
        with soundfile.SoundFile(self.wav) as file:
            rate = file.samplerate
            position = max(0, int((after - self.epoch) * rate))
            if position >= file.frames:
                return None
            file.seek(position)
            for block in file.blocks(blocksize=rate, dtype="float32", always_2d=True):
                sounding = np.flatnonzero(np.abs(block[:, 0]) > _SILENCE)
                if sounding.size:
                    return self.epoch + (position + int(sounding[0])) / float(rate)
                position += len(block)
        return None


def spread_ms(onsets: list[float]) -> float | None:
    """Between the first and the last start."""
    return round((max(onsets) - min(onsets)) * 1000, 2) if len(onsets) > 1 else None


def hear(output: Output, start_s: float, timeline: list[dict[str, Any]]) -> EarReport:
    """The recogniser's opinion of what came out from `start_s` (Unix seconds) on, in pieces cut by the script's timeline."""
    entries = [TimelineEntry.model_validate(entry) for entry in timeline]
    return listen(output.wav, entries, offset_ms=round((start_s - output.epoch) * 1000))
