"""Several voices, one stream of samples. Positions are frames of the stream, so a start falls on its very sample."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from edge_agent.sound.decoding import RATE_HZ, Samples, Sound
from edge_agent.sound.piped import PipedStream

FADE_FRAMES = RATE_HZ // 200
"""5 ms: a cut does not click."""


@dataclass
class _Voice:
    sound: Sound | PipedStream
    gain: float = 1.0
    """Where the gain goes."""
    gain_now: float = 1.0
    take: int = 0
    start_frame: int | None = None
    """Of the stream; None while it does not sound."""
    begun: bool = False
    from_frame: int = 0
    position: int = 0
    """Of the sound; the next frame."""
    fading: bool = False


@dataclass(frozen=True)
class Begun:
    """A voice's first frame is at this frame of the stream."""

    voice: str
    take: int
    frame: int


@dataclass(frozen=True)
class Ended:
    """A voice has come to its end by itself. `broken`: it could not be decoded on."""

    voice: str
    take: int
    position_ms: int
    broken: str = ""


Happened = Begun | Ended


class Mixer:
    """Holds voices and renders the stream. Any thread may call; one thread renders. `changed` is called when there is work."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._voices: dict[str, _Voice] = {}
        self._changed = changed

    def add(self, name: str, sound: Sound | PipedStream) -> None:
        """A voice that can be started."""
        with self._lock:
            self._voices[name] = _Voice(sound)

    def remove(self, name: str) -> None:
        """Forget a voice, without a fade."""
        with self._lock:
            voice = self._voices.pop(name, None)
        if voice is not None and isinstance(voice.sound, PipedStream):
            voice.sound.close()

    def start(self, name: str, take: int, *, frame: int, from_ms: int, gain_db: float) -> None:
        """Its first sample shall be at `frame` of the stream; at the next one rendered if that has passed."""
        with self._lock:
            voice = self._voices.get(name)
            if voice is None:
                return
            voice.take, voice.start_frame, voice.begun, voice.fading = take, frame, False, False
            voice.from_frame = voice.position = from_ms * RATE_HZ // 1000
            voice.gain = voice.gain_now = _factor(gain_db)
            voice.sound.seek(voice.position)
        self._changed()

    def stop(self, name: str) -> int | None:
        """Fade out within 5 ms; the position in milliseconds, None if nothing of this start was rendered."""
        with self._lock:
            voice = self._voices.get(name)
            if voice is None or voice.start_frame is None or voice.fading:
                return None
            if not voice.begun:
                voice.start_frame = None
                return None
            voice.fading = True
            return voice.position * 1000 // RATE_HZ

    def position_ms(self, name: str) -> int | None:
        """How far it is; None if it does not sound."""
        with self._lock:
            voice = self._voices.get(name)
            sounds = voice is not None and voice.begun and not voice.fading
            return voice.position * 1000 // RATE_HZ if voice is not None and sounds else None

    def set_gain(self, name: str, gain_db: float) -> None:
        """Glide to another loudness within one block."""
        with self._lock:
            voice = self._voices.get(name)
            if voice is not None:
                voice.gain = _factor(gain_db)

    def upcoming_frame(self) -> int | None:
        """The first frame of the stream at which there is something to render; None if there is nothing."""
        with self._lock:
            starts = [v.start_frame if not v.begun else 0 for v in self._voices.values() if v.start_frame is not None]
        return min(starts, default=None)

    def render(self, first_frame: int, frames: int) -> tuple[NDArray[np.int16], list[Happened]]:
        """The stream from `first_frame` on, and what happened in it."""
        mix = np.zeros(frames, np.float32)
        happened: list[Happened] = []
        with self._lock:
            for name, voice in self._voices.items():
                if voice.start_frame is not None and voice.start_frame < first_frame + frames:
                    happened += _render(name, voice, mix, first_frame)
        return (np.clip(mix, -1.0, 1.0) * 32767).astype(np.int16), happened


def _render(name: str, voice: _Voice, mix: Samples, first_frame: int) -> list[Happened]:
    happened: list[Happened] = []
    offset = 0
    if not voice.begun:
        offset = max(0, (voice.start_frame or 0) - first_frame)
        voice.begun = True
        happened.append(Begun(name, voice.take, first_frame + offset))
    wanted = len(mix) - offset
    broken = ""
    try:
        block = voice.sound.read(min(wanted, FADE_FRAMES) if voice.fading else wanted)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        block, broken = np.zeros(0, np.float32), str(error) or "decoder"
    target = 0.0 if voice.fading else voice.gain
    if voice.gain_now != target:
        block = block * np.linspace(voice.gain_now, target, len(block), dtype=np.float32)
    elif target != 1.0:
        block = block * np.float32(target)
    voice.gain_now = target
    mix[offset : offset + len(block)] += block
    if isinstance(voice.sound, PipedStream):
        voice.position = voice.from_frame + voice.sound.heard_frames
    else:
        voice.position += len(block)
    if voice.fading:
        voice.start_frame, voice.begun, voice.fading = None, False, False
    elif broken or len(block) < wanted:
        voice.start_frame, voice.begun = None, False
        happened.append(Ended(name, voice.take, voice.position * 1000 // RATE_HZ, broken))
    return happened


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))
