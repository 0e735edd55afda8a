"""What `loa bench voice --times` measures: how long an officer waits, each as a ratio to what was promised.

Whole processes on the machine as it is: whatever else runs on it is in the figures, so the load is printed beside them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import soundfile

from voices import Ear, SpeechSettings, SpokenSentence, Studio, check, produce
from voices.assembly import segment_of
from voices.encoding import mp3_part

_USUAL = SpeechSettings()
_BULLETIN_S = 300.0
_EDITED = 5


@dataclass(frozen=True)
class Figure:
    """One promise. `ratio` at most 1 keeps it."""

    what: str
    median: float
    limit: float
    unit: str
    runs: int

    @property
    def ratio(self) -> float:
        """To the limit."""
        return self.median / self.limit

    def as_json(self) -> dict[str, object]:
        """Plain types."""
        return {**asdict(self), "median": round(self.median, 3), "ratio": round(self.ratio, 3)}


def measure_times(voice: str, sentences: Sequence[str], *, runs: int = 3) -> list[Figure]:
    """All figures for an installed voice; `sentences` in spoken form, none of them twice. Takes minutes."""
    real_time = [_real_time_factor(voice, sentences) for _ in range(runs)]
    first_s, edited_s, peaks_mb = _waits(voice, sentences, runs)
    mastered_s, heard_s, bulletin_mb = _bulletin(voice, sentences)
    return [
        Figure("RTF, hai tiến trình (two workers)", statistics.median(real_time), 0.33, "", runs),
        Figure("tiếng đầu của văn bản mới (first sound)", statistics.median(first_s), 2.5, "s", len(first_s)),
        Figure("nghe lại một câu vừa sửa (edited sentence)", statistics.median(edited_s), 3.0, "s", len(edited_s)),
        Figure("bản tin 5 phút: dựng xong (mastered)", mastered_s, 120.0, "s", 1),
        Figure("bản tin 5 phút: nghe kiểm tra (checked by ear)", heard_s, 150.0, "s", 1),
        Figure("bộ nhớ một tiến trình (worker)", max(*peaks_mb, bulletin_mb), 700.0, "MB", 1),
    ]


def load() -> str:
    """How busy the machine is: to be read beside the figures."""
    return f"{os.getloadavg()[0]:.1f} / {os.cpu_count()}"


def _real_time_factor(voice: str, sentences: Sequence[str]) -> float:
    """`loa say --lines`, from its start to its end, over the sound that it made."""
    with tempfile.TemporaryDirectory() as folder:
        lines, said = Path(folder) / "lines.txt", Path(folder) / "said"
        lines.write_text("\n".join(sentences), "utf-8")
        command = [sys.executable, "-m", "loa", "say", "--lines", str(lines), "--out", str(said), "--voice", voice]
        alone = ["--no-check", "--cache", str(Path(folder) / "cache")]
        wall_s = _timed(lambda: subprocess.run([*command, *alone], check=True))
        sound_s: float = sum(soundfile.info(clip).duration for clip in said.glob("*.wav"))
        return wall_s / sound_s


def _waits(voice: str, sentences: Sequence[str], runs: int) -> tuple[list[float], list[float], list[float]]:
    """First sounds of new texts, and sentences edited in a text that is rendered, both up to the MP3 that a browser plays."""
    spoken = [SpokenSentence(text=text) for text in sentences]
    with tempfile.TemporaryDirectory() as folder, Studio(Path(folder)) as studio:
        list(studio.render(spoken[:1], voice=voice, settings=_USUAL, lane="interactive"))  # the voice is loaded
        text = spoken[1 : 1 + _EDITED]
        first_s: list[float] = []
        edited_s: list[float] = []
        for run in range(1, runs + 1):
            new = SpeechSettings(pitch_st=run / 100)  # nothing comes from the cache
            first_s += [_timed(partial(_first, studio, voice, text[start:], new)) for start in range(len(text))]
            list(studio.render(text, voice=voice, settings=new, lane="interactive"))
            for place, before in enumerate(text):
                edited = [*text[:place], SpokenSentence(text=f"Xin nhắc lại, {before.text}"), *text[place + 1 :]]
                edited_s.append(_timed(partial(_every, studio, voice, edited, new)))
        return first_s, edited_s, [_peak_mb(pid) for pid in studio.worker_pids()]


def _first(studio: Studio, voice: str, text: Sequence[SpokenSentence], settings: SpeechSettings) -> None:
    _, clip = next(studio.render(text, voice=voice, settings=settings, lane="interactive"))
    mp3_part(bytes(segment_of(clip).raw_data))


def _every(studio: Studio, voice: str, text: Sequence[SpokenSentence], settings: SpeechSettings) -> None:
    *_, (_, clip) = studio.render(text, voice=voice, settings=settings, lane="interactive")
    mp3_part(bytes(segment_of(clip).raw_data))


def _bulletin(voice: str, sentences: Sequence[str]) -> tuple[float, float, float]:
    """Seconds to a mastered five minutes and, after it, to the ear's verdict with its retakes; a worker's memory."""
    spoken = [SpokenSentence(text=text) for text in sentences]
    with tempfile.TemporaryDirectory() as folder, Studio(Path(folder) / "clips") as studio, Ear() as ear:
        out = Path(folder) / "out"
        began = time.monotonic()
        made = produce(spoken, out, studio=studio, voice=voice, settings=_USUAL)
        mastered_s = time.monotonic() - began
        heard_s = _timed(lambda: check(made, spoken, out, studio=studio, settings=_USUAL, ear=ear))
        to_five_minutes = _BULLETIN_S / (made.duration_ms / 1000)
        return mastered_s * to_five_minutes, heard_s * to_five_minutes, max(map(_peak_mb, studio.worker_pids()))


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000
