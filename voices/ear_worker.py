"""The ear's process. Question: 16-bit PCM, 16 kHz mono; answer: the text it heard."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import vietasr

from voices.child import serve

RATE_HZ = 16_000
_SCALE = 10 ** (-2 / 20)
"""The recogniser is best with speech two decibels down ..."""
_PAD = np.zeros(round(0.3 * RATE_HZ), np.int16)
"""... and a little silence on each side."""


def main() -> None:
    """Run as the ear."""
    with _quiet():
        recogniser = vietasr.Pipeline.preset("transcribe")

    def answer(pcm: bytes) -> str:
        samples = (np.frombuffer(pcm, "<i2") * _SCALE).astype(np.int16)
        return str(recogniser.transcribe(np.concatenate([_PAD, samples, _PAD]), RATE_HZ).text)

    serve(answer)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the native library's notes on standard error."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
