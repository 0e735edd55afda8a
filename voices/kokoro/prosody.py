"""Own durations, tones and energy in place of the model's. Frames are 25 ms; F0 and energy have two values a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voices.kokoro.realisation import Realisation
from voices.kokoro.rules import Curve, DurationRules, JoiningRules
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
    wanted /= delivery.speed
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
    f0_hz: Floats, energy: Floats, frames: Floats, utterance: Utterance, rules: JoiningRules, delivery: Delivery
) -> tuple[Floats, Floats]:
    """The model's F0 and energy (one-dimensional) with every rime's tone drawn in, and one syllable joined to the next."""
    pitch, power = f0_hz.copy(), energy.copy()
    edges = (np.concatenate([[0], np.cumsum(frames)]) * 2).astype(int)
    spans = [_Span(*(int(edges[i + 1]) for i in (place.start, place.middle, place.end))) for place in utterance.places]
    tones: list[Floats] = []
    for place, span in zip(utterance.places, spans, strict=True):
        toned_end = max(int(edges[place.end]) if place.how.stopped else span.end, span.middle + 1)
        sunk = delivery.declination_st * span.middle / len(pitch)
        semitones = _drawn(place.how.contour, toned_end - span.middle) - sunk
        hz = np.maximum(delivery.median_hz * 2 ** (semitones / 12), delivery.lowest_hz).astype(np.float32)
        tones.append(hz)
        pitch[span.middle : toned_end] = hz
        onset = pitch[span.start : span.middle]
        voiced = np.full(len(onset), fill_value=True) if place.how.voiced else onset > delivery.median_hz / 2
        onset[voiced] = hz[0]  # a voiced onset starts at the rime's pitch
        _set_energy(power, place.how, span, rules)
    for number in range(len(spans) - 1):
        before, after = spans[number], spans[number + 1]
        if utterance.places[number + 1].start - utterance.places[number].end != 1:
            continue  # a pause
        if utterance.places[number].how.closed:
            pitch[before.end : after.start] = 0
            power[before.end : after.start] += rules.closed_gap_energy
        elif rules.glide != "none":
            target = after.middle if rules.glide == "onset" else after.start
            way = np.linspace(tones[number][-1], tones[number + 1][0], target - before.end + 2, dtype=np.float32)[1:-1]
            heard = pitch[before.end : target] > delivery.median_hz / 2
            heard[: after.start - before.end] = True
            pitch[before.end : target][heard] = way[heard]
    return pitch, power


@dataclass(frozen=True)
class _Span:
    """A syllable in half frames: onset from `start`, rime from `middle` to `end`."""

    start: int
    middle: int
    end: int


def _set_energy(power: Floats, how: Realisation, span: _Span, rules: JoiningRules) -> None:
    if how.onset_energy is not None:
        power[span.start : span.middle] += _drawn(how.onset_energy, span.middle - span.start)
    rime = power[span.middle : span.end]
    if not how.stopped and not how.closed:
        least = ((0.0, rules.rime_energy_least), (0.7, rules.rime_energy_least), (1.0, rules.end_energy_least))
        np.maximum(rime, _drawn(least, len(rime)), out=rime)
    if how.energy is not None:
        rime += _drawn(how.energy, len(rime))


def _drawn(curve: Curve, size: int) -> Floats:
    places: Sequence[float] = [place for place, _ in curve]
    return np.interp(np.linspace(0, 1, size), places, [value for _, value in curve]).astype(np.float32)
