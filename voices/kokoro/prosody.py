"""Own durations, tones and energy in place of the model's. Frames are 25 ms; F0 and energy have two values a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.rules import Curve, DurationRules
from voices.kokoro.utterance import Utterance

FRAME_MS = 25
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Delivery:
    """How a text is to be spoken this time."""

    median_hz: float
    declination_st: float
    speed: float = 1.0
    comma_pause_ms: int = 180


def durations(model: Floats, utterance: Utterance, rules: DurationRules, delivery: Delivery) -> Floats:
    """Whole frames for every token, the pads included, from the model's own (same shape, one-dimensional)."""
    wanted = model.astype(np.float64)
    symbols = utterance.symbols
    for place in utterance.places:
        _stretch(wanted, place.start, place.middle, least=place.how.onset_least)
        _stretch(wanted, place.middle, place.end, least=place.how.rime_least, factor=place.how.rime_factor)
        if place.end < len(symbols) and symbols[place.end] == " ":
            wanted[place.end + 1] = min(wanted[place.end + 1], rules.gap_most)
    wanted /= delivery.speed
    frames = _whole(wanted)
    for comma in utterance.pauses:
        pause = max(2, round(delivery.comma_pause_ms / FRAME_MS))
        frames[comma + 1], frames[comma + 2] = pause - pause // 2, pause // 2
    return frames.astype(np.float32)


def _stretch(frames: NDArray[np.float64], start: int, end: int, *, least: float, factor: float = 1.0) -> None:
    if end > start:
        part = frames[start + 1 : end + 1]
        part *= max(part.sum(), least) * factor / part.sum()


def _whole(wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded so that no error adds up along the sentence, at least one frame each."""
    frames = np.empty_like(wanted)
    owed = 0.0
    for index, value in enumerate(wanted):
        frames[index] = max(1.0, np.floor(value + owed + 0.5))
        owed = float(np.clip(owed + value - frames[index], -1.0, 1.0))
    return frames


def apply_tones(
    f0_hz: Floats, energy: Floats, frames: Floats, utterance: Utterance, delivery: Delivery
) -> tuple[Floats, Floats]:
    """The model's F0 and energy (one-dimensional) with every rime's tone drawn in."""
    pitch, power = f0_hz.copy(), energy.copy()
    edges = (np.concatenate([[0], np.cumsum(frames)]) * 2).astype(int)
    for place in utterance.places:
        start, middle, end = (int(edges[index + 1]) for index in (place.start, place.middle, place.end))
        toned_end = max(int(edges[place.end]) if place.how.stopped else end, middle + 1)
        sunk = delivery.declination_st * middle / len(pitch)
        hz = delivery.median_hz * 2 ** ((_drawn(place.how.contour, toned_end - middle) - sunk) / 12)
        pitch[middle:toned_end] = hz
        voiced = pitch[start:middle] > delivery.median_hz / 2
        pitch[start:middle][voiced] = hz[0]  # a voiced onset starts at the rime's pitch
        if place.how.energy is not None:
            power[middle:end] += _drawn(place.how.energy, end - middle)
    return pitch, power


def _drawn(curve: Curve, size: int) -> Floats:
    places: Sequence[float] = [place for place, _ in curve]
    return np.interp(np.linspace(0, 1, size), places, [value for _, value in curve]).astype(np.float32)
