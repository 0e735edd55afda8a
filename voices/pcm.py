"""16-bit samples and back, one way everywhere: a clip that went to disk or through a pipe is the same clip."""

import math

import numpy as np
from numpy.typing import NDArray

_FULL_SCALE = 32_768
_EVEN = 100
"""Blocks are padded to a multiple of this, so that no transform has a length with a large prime factor."""


def to_pcm16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """−1…1 to little-endian 16 bit; what is louder is clipped, what is no number is silence."""
    scaled = np.round(np.nan_to_num(samples) * np.float32(_FULL_SCALE))
    return np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2")


def from_pcm16(pcm: NDArray[np.int16] | bytes) -> NDArray[np.float32]:
    """Exactly what `to_pcm16` turns back into the same 16 bit."""
    values = np.frombuffer(pcm, "<i2") if isinstance(pcm, bytes) else pcm
    return values.astype(np.float32) / np.float32(_FULL_SCALE)


def resampled(samples: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """The same sound at another rate, without what the lower rate cannot carry. For whole clips: it is one Fourier
    transform, in which a beginning and an end that are not silent run into each other by a few milliseconds.
    """
    if from_hz == to_hz or not len(samples):
        return samples
    common = math.gcd(from_hz, to_hz)
    block, block_out = from_hz // common, to_hz // common
    blocks = -(-len(samples) // (block * _EVEN)) * _EVEN
    spectrum = np.fft.rfft(samples.astype(np.float64), blocks * block)
    out = np.fft.irfft(spectrum, blocks * block_out) * (block_out / block)
    return out[: len(samples) * block_out // block].astype(np.float32)
