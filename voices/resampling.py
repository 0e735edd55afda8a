"""Clips at the ear's rate, by the same filter as ffmpeg's resampler, without a process for each.

The recogniser hears a word on the edge otherwise through another resampler, so that a clip has to come to it as a file
does: a Kaiser window (β 9) over 32 periods, cut off at 0.97 of the lower rate, as libswresample's documentation gives
its defaults. The difference to ffmpeg is at most one step of 16 bits; a test holds it there.
"""

from functools import cache
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

_PERIODS = 32
_CUTOFF = 0.97
_BETA = 9.0


def resampled(samples: NDArray[np.float32], rate_hz: int, wanted_hz: int) -> NDArray[np.int16]:
    """Mono samples in −1…1 as 16-bit ones at another rate, with silence assumed around them."""
    common = gcd(rate_hz, wanted_hz)
    steps, phases = rate_hz // common, wanted_hz // common
    taps = _taps(steps, phases)
    count = -(-len(samples) * phases // steps)
    before = (taps.shape[1] - 1) // 2
    padded = np.concatenate([np.zeros(before), samples.astype(np.float64), np.zeros(taps.shape[1] + steps)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps.shape[1])
    out = np.empty(count)
    for phase in range(min(phases, count)):
        start, offset = divmod(phase * steps, phases)
        out[phase::phases] = windows[start::steps][: len(out[phase::phases])] @ taps[offset]
    return np.clip(np.rint(out * 32_768), -32_768, 32_767).astype(np.int16)


@cache
def _taps(steps: int, phases: int) -> NDArray[np.float64]:
    """One row of weights for each place of an output sample between two input samples."""
    factor = min(1.0, _CUTOFF * phases / steps)
    size = ceil(_PERIODS / factor)
    size += size % 2
    place = np.arange(size) - (size - 1) // 2 - np.arange(phases)[:, None] / phases
    inside = np.maximum(1 - (2 * place / size) ** 2, 0)
    weights = np.sinc(place * factor) * np.i0(_BETA * np.sqrt(inside))
    taps: NDArray[np.float64] = weights / weights[0].sum()
    return taps
