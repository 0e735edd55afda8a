"""Sentences become a programme on disk: the way from an approved script to what the speakers fetch."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from voices.engine import Clip, SpeechSettings
from voices.errors import (
    EngineFailedError,
    NothingToSayError,
    ProductionCancelledError,
    TextTooLongError,
    VoiceNotInstalledError,
)
from voices.ffmpeg import run_ffmpeg
from voices.files import publish, room_on_disk, sha256_of, sync
from voices.mastering import master_to_opus
from voices.production import Arrangement, Production, Progress, SpokenSentence
from voices.programme import lay_out, parts_to_speak
from voices.studio import Lane, Studio

log = structlog.get_logger(__name__)
MOST_CHARS = 50_000
"""Of all sentences together: about an hour of speech, the longest session that a province allows."""
_MASTER_STEPS = 2


def produce(
    sentences: Sequence[SpokenSentence],
    out_dir: Path,
    *,
    studio: Studio,
    voice: str,
    settings: SpeechSettings,
    programme: Arrangement | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    lane: Lane = "bulk",
    fallbacks: Sequence[str] = (),
    overrides: Mapping[int, SpeechSettings] | None = None,
) -> Production:
    """Render, arrange, master and encode a bulletin into `out_dir`/SHA256.opus.

    The file appears whole, fsynced, under its final name, or not at all; the same bulletin made twice is the same file.
    When `voice` fails, the whole bulletin is rendered by the first of `fallbacks` that can, and both a `Progress.notice`
    and `Production.notices` say so. A sentence without a speakable syllable is left out, with a notice. `overrides`
    gives single sentences, by index, other settings (a retake).

    Raises `NothingToSayError` when no sentence and no track is left, `TextTooLongError`, `BadSoundError` (a track),
    `EngineFailedError`, `VoiceNotInstalledError`, `StorageError`, `ProductionCancelledError`.
    """
    began = time.monotonic()
    arrangement = programme or Arrangement()
    report = on_progress or (lambda _: None)
    _check_length(sentences)
    parts = parts_to_speak(sentences, arrangement)
    session = _Session(studio, settings, dict(overrides or {}), lane, report, cancelled or (lambda: False))
    clips, spoken_by = session.render(parts, (voice, *fallbacks))
    sounds = arrangement.tracks or arrangement.only_chime
    if not sounds and not any(len(clips[index].samples) for index in range(len(sentences))):
        raise NothingToSayError("Bản tin không có chữ nào đọc được. Hãy kiểm tra lại văn bản.")
    tape = lay_out(parts, clips, arrangement)
    session.check()
    report(Progress(stage="master", done=0, total=_MASTER_STEPS))
    with room_on_disk():
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out_dir, prefix=".tmp-") as folder:
            source, encoded = Path(folder) / "speech.wav", out_dir / f"{Path(folder).name}.opus"
            try:
                tape.finished(arrangement.music_bed).export(source, format="wav").close()
                session.check()
                loudness = master_to_opus(source, encoded, session.check)
                report(Progress(stage="master", done=1, total=_MASTER_STEPS))
                session.check()
                sync(encoded)
                digest, size = sha256_of(encoded), encoded.stat().st_size
                duration_ms = _duration_ms(encoded)
                final = out_dir / f"{digest}.opus"
                publish(encoded, final)
            finally:
                encoded.unlink(missing_ok=True)
    report(Progress(stage="master", done=_MASTER_STEPS, total=_MASTER_STEPS))
    render_s = time.monotonic() - began
    log.info("Bulletin produced", sha256=digest, duration_ms=duration_ms, render_s=round(render_s, 1), voice=spoken_by)
    return Production(
        opus=final,
        sha256=digest,
        bytes=size,
        duration_ms=duration_ms,
        timeline=tuple(tape.timeline),
        loudness_lufs=loudness.integrated_lufs,
        true_peak_dbtp=loudness.true_peak_dbtp,
        render_s=render_s,
        voice=spoken_by,
        notices=tuple(session.notices),
    )


class _Session:
    """One call of `produce`: who listens to its progress, and what the officer must be told."""

    def __init__(
        self,
        studio: Studio,
        settings: SpeechSettings,
        overrides: dict[int, SpeechSettings],
        lane: Lane,
        report: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.notices: list[str] = []
        self._studio = studio
        self._settings = settings
        self._overrides = overrides
        self._lane = lane
        self._report = report
        self._cancelled = cancelled

    def check(self) -> None:
        if self._cancelled():
            raise ProductionCancelledError("Đã dừng theo yêu cầu; chưa có gì được ghi lại.")

    def render(self, parts: Mapping[int, SpokenSentence], voices: Sequence[str]) -> tuple[dict[int, Clip], str]:
        """All clips by the first voice that can, and that voice."""
        for position, voice in enumerate(voices):
            try:
                return self._render_with(parts, voice), voice
            except (EngineFailedError, VoiceNotInstalledError) as error:
                if position == len(voices) - 1:
                    raise
                log.warning(
                    "Voice failed, the next one steps in", voice=voice, next=voices[position + 1], reason=str(error)
                )
                notice = f"Giọng “{voice}” không đọc được ({error}) Bản tin này do giọng “{voices[position + 1]}” đọc."
                self.notices.append(notice)
                self._report(Progress(stage="render", done=0, total=len(parts), notice=notice))
        raise AssertionError("unreachable: there is at least one voice")

    def _render_with(self, parts: Mapping[int, SpokenSentence], voice: str) -> dict[int, Clip]:
        indices = list(parts)
        unspeakable: list[int] = []
        clips: dict[int, Clip] = {}
        for position, clip in self._studio.render(
            list(parts.values()),
            voice=voice,
            settings=self._settings,
            lane=self._lane,
            on_progress=self._report,
            cancelled=self._cancelled,
            on_unspeakable=lambda position: unspeakable.append(indices[position]),
            overrides={position: self._overrides[i] for position, i in enumerate(indices) if i in self._overrides},
        ):
            clips[indices[position]] = clip
        for index in unspeakable:
            self.notices.append(f"Câu “{parts[index].text[:60]}” không có chữ nào đọc được nên đã bỏ qua.")
        return clips


def _check_length(sentences: Sequence[SpokenSentence]) -> None:
    chars = sum(len(sentence.text) for sentence in sentences)
    if chars > MOST_CHARS:
        raise TextTooLongError(
            f"Bản tin dài {chars} ký tự, quá mức {MOST_CHARS} (khoảng một giờ đọc). Hãy chia thành nhiều bản tin."
        )


def _duration_ms(opus: Path) -> int:
    pcm, _ = run_ffmpeg(["-i", opus, "-ac", "1", "-ar", "8000", "-f", "s16le", "-"])
    return round(len(pcm) / 2 / 8)
