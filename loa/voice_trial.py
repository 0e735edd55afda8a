"""What `loa bench voice` measures: how well a voice is understood, plain and changed, how fast it is and what it takes."""

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from loa.say_command import MOST_RETAKE_SHARE, RETAKE_SHARE, RETAKES_WITHIN
from reading import read_line
from voices import Clip, Ear, HeardSentence, SpeechSettings, SpokenSentence, Studio, TimelineEntry, listen
from voices.ear import report_of
from voices.ffmpeg import run_ffmpeg
from voices.pcm import from_pcm16, to_pcm16
from voices.retakes import Take, better_takes, hear_sentence

_HORN = "highpass=f=250:poles=2,lowpass=f=7000:poles=2"
_HORN_BAND_HZ = 7000 - 250
_NOISE_DB = -10.0
_FIRST_SOUNDS = 5
_USUAL = SpeechSettings()


@dataclass(frozen=True)
class Heard:
    """Over all sentences of one condition."""

    wer: float
    cer: float


@dataclass(frozen=True)
class VoiceResult:
    """One line of the table. None where it does not apply (a human has no RTF)."""

    voice: str
    sentences: int
    plain: Heard
    changed: dict[str, Heard]
    """The clips of `checked` (where there is none, of `plain`) under each change."""
    syllables_per_s: float
    checked: Heard | None = None
    """After retakes, as `loa say` gives them."""
    rtf: float | None = None
    """Whole process: start, load, render with two workers, write; neither heard nor retaken."""
    checked_rtf: float | None = None
    """The same with hearing and retakes."""
    first_sound_s: float | None = None
    """Median from asking for a new text to its first clip, voice loaded."""
    memory_mb: float | None = None
    """Largest resident size of a render worker."""

    def as_json(self) -> dict[str, object]:
        """Plain types."""
        return asdict(self)


CHANGED: dict[str, SpeechSettings] = {
    "−8 %": SpeechSettings(speed=0.92),
    "+8 %": SpeechSettings(speed=1.08),
    "−1.5 st": SpeechSettings(pitch_st=-1.5),
    "+1.5 st": SpeechSettings(pitch_st=1.5),
}
HORN = "loa 10 dB"


def measure_voice(voice: str, sentences: Sequence[str], ear: Ear, *, changed: bool) -> VoiceResult:
    """All of it, with the installed voice `voice` (or "espeak-vi")."""
    spoken = [SpokenSentence(text=sentence) for sentence in sentences]
    with tempfile.TemporaryDirectory() as scratch:
        clips, wall_s = _say_lines(voice, sentences, Path(scratch))
        with Studio(Path(scratch) / "cache" / "clips") as studio:
            began = time.monotonic()
            first = {index: hear_sentence(clip, spoken[index], ear, index) for index, clip in enumerate(clips)}
            until_s = began - wall_s + RETAKES_WITHIN * sum(clip.duration_ms for clip in clips) / 1000
            takes = better_takes(
                spoken, first, studio=studio, voice=voice, settings=_USUAL, ear=ear,
                share=RETAKE_SHARE, most_share=MOST_RETAKE_SHARE, in_time=lambda: time.monotonic() < until_s,
            )  # fmt: skip
            check_s = time.monotonic() - began
            others = {
                name: _heard(_render(studio, voice, spoken, how, takes), sentences, ear)
                for name, how in CHANGED.items()
                if changed
            }
            first_sound_s = _first_sound_s(studio, voice, sentences)
            memory_mb = max(_peak_mb(pid) for pid in studio.worker_pids())
    best = [takes[index].clip if index in takes else clip for index, clip in enumerate(clips)]
    if changed:
        others[HORN] = _heard(map(through_a_horn, best), sentences, ear)
    sound_s = sum(clip.duration_ms for clip in clips) / 1000
    best_s = sum(clip.duration_ms for clip in best) / 1000
    after = report_of([takes[index].heard if index in takes else heard for index, heard in first.items()])
    before = report_of(list(first.values()))
    return VoiceResult(
        voice=voice,
        sentences=len(sentences),
        plain=Heard(before.wer, before.cer),
        checked=Heard(after.wer, after.cer),
        changed=others,
        syllables_per_s=sum(len(sentence.split()) for sentence in sentences) / best_s,
        rtf=wall_s / sound_s,
        checked_rtf=(wall_s + check_s) / best_s,
        first_sound_s=first_sound_s,
        memory_mb=memory_mb,
    )


def human_clips(folder: Path | None = None) -> list[tuple[Clip, str]]:
    """(clip, what is said) of six people, from a folder of .wav and .txt or else the installed wheel `vieneu`; maybe none."""
    if folder is None:
        spec = importlib.util.find_spec("vieneu")
        places = (spec.submodule_search_locations or []) if spec else []
        folder = Path(next(iter(places), "/nonexistent")) / "assets" / "samples"
    elif (inside := folder / "vieneu" / "assets" / "samples").is_dir():  # where pip put the wheel
        folder = inside
    found = []
    for sound in sorted(folder.glob("*.wav")):
        samples, rate_hz = soundfile.read(sound, dtype="float32", always_2d=True)
        found.append(
            (
                Clip(samples.mean(axis=1), rate_hz),
                read_line(sound.with_suffix(".txt").read_text("utf-8").strip()).spoken,
            )
        )
    return found


def measure_humans(clips: Sequence[tuple[Clip, str]], ear: Ear, *, changed: bool) -> VoiceResult:
    """The same ear on people."""
    sounds, texts = [clip for clip, _ in clips], [text for _, text in clips]
    others = {HORN: _heard(map(through_a_horn, sounds), texts, ear)} if changed else {}
    pace = sum(len(text.split()) for text in texts) / (sum(clip.duration_ms for clip in sounds) / 1000)
    return VoiceResult("người thật (vieneu)", len(texts), _heard(sounds, texts, ear), others, pace)


def through_a_horn(clip: Clip) -> Clip:
    """250–7000 Hz, and noise 10 dB under the speech in that band. The same noise each time."""
    level = (
        float(np.sqrt(np.mean(np.square(clip.samples))))
        * 10 ** (_NOISE_DB / 20)
        * (clip.rate_hz / 2 / _HORN_BAND_HZ) ** 0.5
    )
    noisy = clip.samples + np.random.default_rng(0).normal(0, level, len(clip.samples)).astype(np.float32)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, to_pcm16(noisy * np.float32(0.5)), clip.rate_hz)
        pcm, _ = run_ffmpeg(["-i", file.name, "-af", f"{_HORN},volume=6dB", "-f", "s16le", "-"])
    return Clip(from_pcm16(pcm), clip.rate_hz)


def _say_lines(voice: str, sentences: Sequence[str], folder: Path) -> tuple[list[Clip], float]:
    """As a person would: `loa say --lines`, unheard; the clips and the wall time of the whole command."""
    lines = folder / "lines.txt"
    lines.write_text("\n".join(sentences), "utf-8")
    began = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "loa",
        "say",
        "--lines",
        str(lines),
        "--out",
        str(folder / "said"),
        "--voice",
        voice,
        "--no-check",
        "--cache",
        str(folder / "cache"),
    ]
    subprocess.run(command, check=True)
    wall_s = time.monotonic() - began
    clips = []
    for index in range(len(sentences)):
        samples, rate_hz = soundfile.read(folder / "said" / f"{index:02d}.wav", dtype="float32")
        clips.append(Clip(samples, rate_hz))
    return clips, wall_s


def _render(
    studio: Studio,
    voice: str,
    spoken: Sequence[SpokenSentence],
    change: SpeechSettings,
    takes: Mapping[int, Take],
) -> Iterator[Clip]:
    """Each sentence as it was said best, changed."""
    overrides = {
        index: replace(
            take.settings,
            speed=take.settings.speed * change.speed,
            pitch_st=take.settings.pitch_st + change.pitch_st,
        )
        for index, take in takes.items()
    }
    return (clip for _, clip in studio.render(spoken, voice=voice, settings=change, overrides=overrides))


def _heard(clips: Iterable[Clip], sentences: Sequence[str], ear: Ear) -> Heard:
    every: list[HeardSentence] = []
    for clip, text in zip(clips, sentences, strict=True):
        entry = TimelineEntry(index=0, start_ms=0, end_ms=clip.duration_ms, text=text)
        every += listen(clip, [entry], ear=ear).sentences
    report = report_of(every)
    return Heard(report.wer, report.cer)


def _first_sound_s(studio: Studio, voice: str, sentences: Sequence[str]) -> float:
    """Each time another pitch, so that nothing comes from the cache."""
    list(_interactive(studio, voice, sentences[0], SpeechSettings(pitch_st=0.01)))
    waits = []
    for number, sentence in enumerate(sentences[1 : 1 + _FIRST_SOUNDS], 2):
        began = time.monotonic()
        next(_interactive(studio, voice, sentence, SpeechSettings(pitch_st=number / 100)))
        waits.append(time.monotonic() - began)
    return statistics.median(waits)


def _interactive(studio: Studio, voice: str, sentence: str, settings: SpeechSettings) -> Iterator[tuple[int, Clip]]:
    return studio.render([SpokenSentence(text=sentence)], voice=voice, settings=settings, lane="interactive")


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000
