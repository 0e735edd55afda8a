"""What is done to the model's samples before anyone hears them."""

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.model import RATE_HZ

Floats = NDArray[np.float32]
_WINDOW = RATE_HZ // 100
_QUIET_DB = -42.0
_MOST = 0.89
_LEAD_MS, _TAIL_MS, _FADE_MS = 30, 50, 10


def trimmed(samples: Floats) -> Floats:
    """Without the model's silence before and after; short fades, so that nothing clicks. Never empty."""
    count = max(1, len(samples) // _WINDOW)
    windows = samples[: count * _WINDOW].reshape(count, -1)
    level = np.sqrt(np.mean(windows**2, axis=1))
    loud = np.flatnonzero(level > max(float(level.max()) * 10 ** (_QUIET_DB / 20), 1e-6))
    if not len(loud):
        return samples
    start = max(0, loud[0] * _WINDOW - _LEAD_MS * RATE_HZ // 1000)
    end = min(len(samples), (loud[-1] + 1) * _WINDOW + _TAIL_MS * RATE_HZ // 1000)
    kept = samples[start:end].copy()
    fade = min(_FADE_MS * RATE_HZ // 1000, len(kept) // 2)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    return kept


def within_range(samples: Floats) -> Floats:
    """Turned down as a whole where a peak would not fit into −1…1 with 1 dB to spare."""
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak <= _MOST else (samples * (_MOST / peak)).astype(np.float32)


def silence(duration_ms: int) -> Floats:
    """Nothing, for so long."""
    return np.zeros(duration_ms * RATE_HZ // 1000, np.float32)
