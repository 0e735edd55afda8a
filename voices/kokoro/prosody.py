"""Own durations, tones and energy in place of the model's. Frames are 25 ms; F0 and energy have two values a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.realisation import Realisation
from voices.kokoro.rules import Curve, DurationRules, StrengthRules
from voices.kokoro.utterance import Utterance

FRAME_MS = 25
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Delivery:
    """How a text is to be spoken this time."""

    median_hz: float
    lowest_hz: float
    """No tone goes below: where the speaker's voice would creak."""
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
        if place.how.nucleus_share is not None:
            _share(wanted, place.middle, place.middle + place.how.nucleus, place.end, place.how.nucleus_share)
        if place.end < len(symbols) and symbols[place.end] == " ":
            wanted[place.end + 1] = min(wanted[place.end + 1], rules.gap_most)
        if place.start and symbols[place.start - 1] == " ":
            wanted[place.start] = max(wanted[place.start], place.how.gap_least)
    wanted /= delivery.speed * rules.pace
    frames = _whole(wanted)
    frames[0] = rules.lead  # silence that the model needs before the first onset; it is cut off afterwards
    frames[-1] = 1
    frames[-2] = min(frames[-2], rules.tail)
    for comma in utterance.pauses:
        pause = max(2, round(delivery.comma_pause_ms / FRAME_MS))
        frames[comma + 1], frames[comma + 2] = pause - pause // 2, pause // 2
    return frames.astype(np.float32)


def _stretch(frames: NDArray[np.float64], start: int, end: int, *, least: float, factor: float = 1.0) -> None:
    if end > start:
        part = frames[start + 1 : end + 1]
        part *= max(part.sum(), least) * factor / part.sum()


def _share(frames: NDArray[np.float64], start: int, middle: int, end: int, share: float) -> None:
    """Give the symbols up to `middle` that share of the time of all up to `end`."""
    total = frames[start + 1 : end + 1].sum()
    frames[start + 1 : middle + 1] *= total * share / frames[start + 1 : middle + 1].sum()
    frames[middle + 1 : end + 1] *= total * (1 - share) / frames[middle + 1 : end + 1].sum()


def _whole(wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded so that no error adds up along the sentence, at least one frame each."""
    frames = np.empty_like(wanted)
    owed = 0.0
    for index, value in enumerate(wanted):
        frames[index] = max(1.0, np.floor(value + owed + 0.5))
        owed = float(np.clip(owed + value - frames[index], -1.0, 1.0))
    return frames


def apply_tones(
    f0_hz: Floats, energy: Floats, frames: Floats, utterance: Utterance, rules: StrengthRules, delivery: Delivery
) -> tuple[Floats, Floats]:
    """The model's F0 and energy (one-dimensional) with every rime's tone drawn in and its strength kept."""
    pitch, power = f0_hz.copy(), energy.copy()
    edges = (np.concatenate([[0], np.cumsum(frames)]) * 2).astype(int)
    for place in utterance.places:
        start, middle, end = (int(edges[i + 1]) for i in (place.start, place.middle, place.end))
        toned_end = max(int(edges[place.end]) if place.how.stopped else end, middle + 1)
        sunk = delivery.declination_st * middle / len(pitch)
        semitones = _drawn(place.how.contour, toned_end - middle) - sunk
        hz = np.maximum(delivery.median_hz * 2 ** (semitones / 12), delivery.lowest_hz).astype(np.float32)
        pitch[middle:toned_end] = hz
        onset = pitch[start:middle]
        voiced = np.full(len(onset), fill_value=True) if place.how.voiced else onset > delivery.median_hz / 2
        onset[voiced] = hz[0]  # a voiced onset starts at the rime's pitch
        _strengthen(power[middle:end], place.how, rules)
    return pitch, power


def _strengthen(rime: Floats, how: Realisation, rules: StrengthRules) -> None:
    if not how.stopped:
        least = ((0.0, rules.rime_least), (0.7, rules.rime_least), (1.0, rules.end_least))
        np.maximum(rime, _drawn(least, len(rime)), out=rime)
    if how.energy is not None:
        rime += _drawn(how.energy, len(rime))


def _drawn(curve: Curve, size: int) -> Floats:
    places: Sequence[float] = [place for place, _ in curve]
    return np.interp(np.linspace(0, 1, size), places, [value for _, value in curve]).astype(np.float32)
