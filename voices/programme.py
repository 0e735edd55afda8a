"""In which order a programme sounds: chime, station call, tracks and sentences, key facts again, closing."""

from collections.abc import Iterable, Mapping, Sequence

from voices.assembly import Tape, recording_segment, speech_segments
from voices.chime import closing_chime, opening_chime
from voices.engine import Clip
from voices.production import CLOSING, STATION_CALL, TRACK, Arrangement, LanguageTrack, SpokenSentence

_AFTER_CHIME_MS = 300
_BETWEEN_PARTS_MS = 1_200
_TAIL_MS = 300
_LEAST_MS = 1_000
"""A single short word too is long enough for its loudness to be measured (blocks of 400 ms)."""


def parts_to_speak(sentences: Sequence[SpokenSentence], arrangement: Arrangement) -> dict[int, SpokenSentence]:
    """All that the engine must say, by timeline index, in the order in which it is first needed."""
    parts: dict[int, SpokenSentence] = {}
    if arrangement.station_call.strip():
        parts[STATION_CALL] = SpokenSentence(text=arrangement.station_call)
    parts.update(enumerate(sentences))
    if arrangement.closing.strip():
        parts[CLOSING] = SpokenSentence(text=arrangement.closing)
    return parts


def lay_out(parts: Mapping[int, SpokenSentence], clips: Mapping[int, Clip], arrangement: Arrangement) -> Tape:
    """The programme on a tape. A part whose clip is empty is passed over, with its pause."""
    reader = _Reader(parts, clips, arrangement)
    if arrangement.only_chime:
        reader.tape.chime(opening_chime())
        reader.tape.pause(_TAIL_MS)
        return reader.tape
    before, after = (
        arrangement.tracks[: arrangement.tracks_before_speech],
        arrangement.tracks[arrangement.tracks_before_speech :],
    )
    if arrangement.chime:
        reader.tape.chime(opening_chime())
        reader.tape.pause(_AFTER_CHIME_MS)
    reader.read([STATION_CALL])
    reader.play(before)
    for _ in range(arrangement.repeat):
        reader.read(range(len(parts)))
    if arrangement.repeat_key_facts:
        reader.read([index for index, part in parts.items() if index >= 0 and part.key_fact])
    reader.play(after)
    reader.read([CLOSING])
    if arrangement.chime:
        reader.tape.pause(_AFTER_CHIME_MS)
        reader.tape.chime(closing_chime())
    reader.tape.pause(max(_TAIL_MS, _LEAST_MS - reader.tape.length_ms))
    return reader.tape


class _Reader:
    """Lays parts of the programme on its tape, with the right silence between them."""

    def __init__(
        self, parts: Mapping[int, SpokenSentence], clips: Mapping[int, Clip], arrangement: Arrangement
    ) -> None:
        sounding = [index for index in parts if len(clips[index].samples)]
        self.tape = Tape()
        self._parts = parts
        self._speech = dict(zip(sounding, speech_segments([clips[index] for index in sounding]), strict=True))
        self._pause_ms = {
            "clause": arrangement.clause_pause_ms,
            "sentence": arrangement.sentence_pause_ms,
            "paragraph": arrangement.paragraph_pause_ms,
        }

    def read(self, indices: Iterable[int]) -> None:
        """Those of the sentences that have a sound, as one part."""
        before: SpokenSentence | None = None
        for index in indices:
            if index not in self._speech:
                continue
            if before is None:
                self._part_break()
            else:
                self.tape.pause(self._pause_ms[before.pause_after])
            before = self._parts[index]
            self.tape.speech(index, before.text, self._speech[index])

    def play(self, tracks: Sequence[LanguageTrack]) -> None:
        """Recordings, each a part of its own."""
        for track in tracks:
            self._part_break()
            self.tape.speech(TRACK, track.title, recording_segment(track.sound), track.language)

    def _part_break(self) -> None:
        if self.tape.timeline:
            self.tape.pause(_BETWEEN_PARTS_MS)
