"""16-bit samples and back, one way everywhere: a clip that went to disk or through a pipe is the same clip."""

import numpy as np
from numpy.typing import NDArray

_FULL_SCALE = 32_768


def to_pcm16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """−1…1 to little-endian 16 bit; what is louder is clipped, what is no number is silence."""
    scaled = np.round(np.nan_to_num(samples) * np.float32(_FULL_SCALE))
    return np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2")


def from_pcm16(pcm: NDArray[np.int16] | bytes) -> NDArray[np.float32]:
    """Exactly what `to_pcm16` turns back into the same 16 bit."""
    values = np.frombuffer(pcm, "<i2") if isinstance(pcm, bytes) else pcm
    return values.astype(np.float32) / np.float32(_FULL_SCALE)
