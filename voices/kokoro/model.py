"""Kokoro-82M, cut in three: text gives durations; with durations F0 and energy; with all of them sound."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voices.errors import EngineFailedError, VoiceNotInstalledError
from voices.kokoro import weights
from voices.kokoro.vocabulary import PAD

RATE_HZ: Final = 24_000
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Prompt:
    """What every graph wants: the tokens with their pads, and one row of a style matrix (256 numbers)."""

    tokens: list[int]
    style: Floats

    def inputs(self) -> dict[str, NDArray[Any]]:
        """As the graphs name them."""
        return {
            "tokens": np.array([[PAD, *self.tokens, PAD]], np.int64),
            "style": self.style.reshape(1, 256).astype(np.float32),
            "speed": np.ones(1, np.float32),
        }


class Model:
    """Three sessions of `threads` threads each. Costly to make (about a second), not thread-safe."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Raises VoiceNotInstalledError where `folder` has no graphs."""
        if not weights.installed(folder):
            raise VoiceNotInstalledError("Giọng đọc chưa được cài trên máy này. Hãy chạy: loa voices install.")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # the other core belongs to another worker
        names = (weights.DURATION_GRAPH, weights.PROSODY_GRAPH, weights.SOUND_GRAPH)
        self._durations, self._prosody, self._sound = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in names
        )

    def durations(self, prompt: Prompt) -> Floats:
        """Frames of 25 ms for each token, pads included."""
        (frames,) = _run(self._durations, prompt.inputs())
        return frames.reshape(-1)

    def prosody(self, prompt: Prompt, frames: Floats) -> tuple[Floats, Floats]:
        """(F0 in Hz, energy), two values a frame."""
        f0_hz, energy = _run(self._prosody, prompt.inputs() | {"durations": frames.reshape(1, -1)})
        return f0_hz.reshape(-1), energy.reshape(-1)

    def sound(self, prompt: Prompt, frames: Floats, f0_hz: Floats, energy: Floats) -> Floats:
        """Samples at 24 kHz, 600 a frame."""
        drawn = {"durations": frames.reshape(1, -1), "f0_hz": f0_hz.reshape(1, -1), "energy": energy.reshape(1, -1)}
        (samples,) = _run(self._sound, prompt.inputs() | drawn)
        return samples.reshape(-1)


def _run(session: Any, feed: Mapping[str, NDArray[Any]]) -> list[Floats]:
    wanted = {entry.name for entry in session.get_inputs()}
    try:
        outputs: list[Floats] = session.run(None, {name: value for name, value in feed.items() if name in wanted})
    except Exception as error:  # onnxruntime raises its own classes, derived from Exception alone
        raise EngineFailedError(
            "Máy đọc gặp lỗi khi tạo tiếng. Hãy thử lại; nếu vẫn lỗi, hãy chọn giọng khác."
        ) from error
    return outputs
