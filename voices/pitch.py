"""Raising or lowering a finished voice, for engines that cannot do it themselves."""

import os
import tempfile
from pathlib import Path

import soundfile

from voices.engine import Clip
from voices.ffmpeg import run_ffmpeg
from voices.pcm import from_pcm16, to_pcm16


def shifted(clip: Clip, semitones: float) -> Clip:
    """The same length and words, `semitones` higher. The timbre moves along a little."""
    if not semitones:
        return clip
    factor = 2 ** (semitones / 12)
    handle, name = tempfile.mkstemp(suffix=".wav")
    os.close(handle)
    try:
        soundfile.write(name, to_pcm16(clip.samples), clip.rate_hz)
        filters = f"asetrate={clip.rate_hz * factor:.0f},aresample={clip.rate_hz},atempo={1 / factor:.6f}"
        pcm, _ = run_ffmpeg(["-i", name, "-af", filters, "-f", "s16le", "-"])
    finally:
        Path(name).unlink()
    return Clip(from_pcm16(pcm), clip.rate_hz)
