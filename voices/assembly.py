"""Chime, station call, sentences, recordings and gaps become one sound with its timeline; pydub does the laying out.

Everything is 24 kHz mono 16 bit here: a horn carries nothing above 7 kHz.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voices.engine import Clip
from voices.errors import TextTooLongError
from voices.ffmpeg import run_ffmpeg
from voices.pcm import from_pcm16, to_pcm16
from voices.production import MusicBed, TimelineEntry

with warnings.catch_warnings():  # pydub 0.25 looks for ffmpeg (we call it ourselves) and imports audioop on old Pythons
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

RATE_HZ = 24_000
_FADE_MS = 5
"""No click where a clip begins or ends."""
_SPEECH_DBFS = -22.0
"""Level of every voice before mastering, so that a recording is as loud as the synthetic voice beside it."""
_CHIME_DBFS = -26.0
_BED_FADE_MS = 400
_STEP_MS = 10
MOST_S = 7_200
"""Of a programme, everything together: twice the longest session that a province allows. An hour is 170 MB here."""
_PIECE = RATE_HZ * 60
"""Long sounds are worked on a minute at a time: as floats, and as copies of those, an hour would take gigabytes."""


@dataclass
class Tape:
    """What has been laid down so far. Grows by appending only."""

    segments: list[AudioSegment] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)
    frames: int = 0

    @property
    def length_ms(self) -> int:
        """Length of what has been laid down."""
        return round(self.frames * 1000 / RATE_HZ)

    def pause(self, length_ms: int) -> None:
        """Silence."""
        self._append(AudioSegment.silent(length_ms, RATE_HZ))

    def chime(self, clip: Clip) -> None:
        """One of the station's own sounds."""
        self._append(_levelled(segment_of(clip), _CHIME_DBFS))

    def speech(self, index: int, text: str, segment: AudioSegment, language: str = "vi") -> None:
        """Someone speaks; noted on the timeline."""
        start_ms = self.length_ms
        self._append(segment.fade_in(_FADE_MS).fade_out(_FADE_MS))
        entry = TimelineEntry(index=index, start_ms=start_ms, end_ms=self.length_ms, text=text, language=language)
        self.timeline.append(entry)

    def finished(self, bed: MusicBed | None) -> AudioSegment:
        """The whole, over its music bed where it has one. The tape is empty of sound afterwards: an hour twice is too much."""
        whole = AudioSegment(
            b"".join(segment.raw_data for segment in self.segments), sample_width=2, frame_rate=RATE_HZ, channels=1
        )
        self.segments.clear()
        return whole if bed is None else whole.overlay(_bed_under(self.timeline, len(whole), bed))

    def _append(self, segment: AudioSegment) -> None:
        self.segments.append(segment)
        self.frames += int(segment.frame_count())
        if self.frames > MOST_S * RATE_HZ:
            raise TextTooLongError(
                f"Chương trình dài quá {MOST_S // 60} phút, kể cả đọc lặp lại, bản ghi âm và khoảng nghỉ. "
                "Hãy chia thành nhiều bản tin."
            )


def speech_segments(clips: Sequence[Clip]) -> list[AudioSegment]:
    """Clips of one voice, all raised or lowered by the same amount: loud and soft sentences keep their relation."""
    segments = [segment_of(clip) for clip in clips]
    gain_db = _gain_to([clip.samples for clip in clips], _SPEECH_DBFS)
    return [segment.apply_gain(gain_db) for segment in segments]


def recording_segment(sound: Path) -> AudioSegment:
    """A recording at the level of speech. Raises `BadSoundError` when ffmpeg cannot read it."""
    return _levelled(_decoded(sound), _SPEECH_DBFS)


def _decoded(sound: Path) -> AudioSegment:
    pcm, _ = run_ffmpeg(["-i", sound, "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "-"])
    return AudioSegment(pcm, sample_width=2, frame_rate=RATE_HZ, channels=1)


def segment_of(clip: Clip) -> AudioSegment:
    """A clip at `RATE_HZ`."""
    pcm = to_pcm16(clip.samples).tobytes()
    segment = AudioSegment(pcm, sample_width=2, frame_rate=clip.rate_hz, channels=1)
    return segment if clip.rate_hz == RATE_HZ else segment.set_frame_rate(RATE_HZ)


def _levelled(segment: AudioSegment, dbfs: float) -> AudioSegment:
    return segment.apply_gain(_gain_to(list(_pieces(segment.raw_data)), dbfs))


def _pieces(pcm: bytes) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(pcm), 2 * _PIECE):
        yield from_pcm16(pcm[start : start + 2 * _PIECE])


def _gain_to(pieces: Sequence[NDArray[np.float32]], dbfs: float) -> float:
    """Decibels that bring what is not silence to `dbfs` RMS, at most 24 and never into clipping."""
    peak = max((float(np.abs(piece).max(initial=0.0)) for piece in pieces), default=0.0)
    if peak < 1e-4:
        return 0.0
    power, count = 0.0, 0
    for piece in pieces:
        sounding = piece[np.abs(piece) > peak * 0.02]
        power += float(np.sum(np.square(sounding, dtype=np.float64)))
        count += len(sounding)
    return float(min(dbfs - 10 * np.log10(power / count), -0.5 - 20 * np.log10(peak), 24.0))


def _bed_under(timeline: Sequence[TimelineEntry], length_ms: int, bed: MusicBed) -> AudioSegment:
    """The music looped to `length_ms`, lowered while someone speaks, with ramps of `_BED_FADE_MS`."""
    music = _levelled(_decoded(bed.sound), _SPEECH_DBFS + bed.level_db)
    samples = np.frombuffer(music.raw_data, "<i2")
    wanted = length_ms * RATE_HZ // 1000
    looped = np.resize(samples, wanted) if len(samples) else np.zeros(wanted, "<i2")
    steps = length_ms // _STEP_MS + 1
    speaking = np.zeros(steps)
    for entry in timeline:
        speaking[max(0, entry.start_ms - _BED_FADE_MS) // _STEP_MS : (entry.end_ms + _BED_FADE_MS) // _STEP_MS] = 1
    smooth = _BED_FADE_MS // _STEP_MS
    level_db = (
        bed.duck_db
        * np.convolve(np.pad(speaking, smooth, mode="edge"), np.ones(smooth) / smooth, "same")[smooth:-smooth]
    )
    ends = np.clip(np.minimum(np.arange(steps), np.arange(steps)[::-1]) / smooth, 0, 1)
    envelope = 10 ** (level_db / 20) * ends
    at = np.arange(steps) * (_STEP_MS * RATE_HZ // 1000)
    for start in range(0, wanted, _PIECE):
        piece = looped[start : start + _PIECE]
        gain = np.interp(np.arange(start, start + len(piece)), at, envelope)
        looped[start : start + _PIECE] = (piece * gain).astype("<i2")
    return AudioSegment(looped.tobytes(), sample_width=2, frame_rate=RATE_HZ, channels=1)
