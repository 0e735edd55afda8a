"""The clips of `docs/samples`, made anew, each with a picture of the F0 that is measured in it.

    python benchmarks/voice/samples.py docs/samples

A horn's band has no fundamental; the ear, and autocorrelation, hear the pitch in the harmonics all the same.
"""

import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

TEXTS = {
    "1": "Kính thưa toàn thể bà con nhân dân trong xã. Ủy ban nhân dân xã thông báo lịch cắt điện: từ 7h30 đến 11h ngày 12/5, "
    "tại thôn Nà Ít và thôn Khuổi Nằn.",
    "2": "Đề nghị các hộ dân khơi thông cống rãnh, phát quang bụi rậm quanh nhà. Mọi thắc mắc xin gọi số 0912.345.678.",
}
CLIPS = {
    "kokoro-vi-nu-1": ("kokoro-vi-nu", "1", ()),
    "kokoro-vi-nu-2": ("kokoro-vi-nu", "2", ()),
    "kokoro-vi-nam-1": ("kokoro-vi-nam", "1", ()),
    "kokoro-vi-nam-2": ("kokoro-vi-nam", "2", ()),
    "espeak-vi": ("espeak-vi", "2", ("--no-check",)),
    "programme-with-chime": ("kokoro-vi-nu", "1", ("--chime",)),
}
"""Name → voice, text, what else `loa say` is told."""
LOWEST_HZ, HIGHEST_HZ = 60.0, 350.0
_HOP_S, _WINDOW_S = 0.01, 0.045
_CLEAR = 0.55
"""Least correlation of a window with itself one period later that counts as voice."""
_LOUD = 0.08
"""Least level of a voiced window, as a share of the loudest."""
_LEAP = 0.25
"""A change of F0 within 10 ms, as a share of it, that no throat makes: another sound, or an error of an octave."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 1000, 260, 46, 28


def main() -> None:
    """All clips and pictures."""
    folder = Path(sys.argv[1])
    for name, (voice, text, options) in CLIPS.items():
        _say(TEXTS[text], folder / f"{name}.opus", voice, options)
        if "--chime" not in options:
            draw(folder, name)


def draw(folder: Path, name: str) -> None:
    """The picture beside a clip."""
    samples, rate_hz = soundfile.read(folder / f"{name}.opus", dtype="float64")
    (folder / f"{name}.svg").write_text(picture(name, list(pitch(samples[::2], rate_hz // 2))), "utf-8")


def _say(text: str, target: Path, voice: str, options: tuple[str, ...]) -> None:
    subprocess.run([sys.executable, "-m", "loa", "say", text, "-o", target, "--voice", voice, *options], check=True)


def pitch(samples: NDArray[np.float64], rate_hz: int) -> Iterator[tuple[float, float]]:
    """(seconds, Hz) of every voiced window: where the sound repeats itself most, by autocorrelation."""
    window, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    shortest, longest = round(rate_hz / HIGHEST_HZ), round(rate_hz / LOWEST_HZ)
    level = np.sqrt(np.convolve(samples**2, np.ones(window) / window, "same"))
    for start in range(0, len(samples) - window - longest, hop):
        if level[start + window // 2] < _LOUD * level.max():
            continue
        here = samples[start : start + window]
        likeness = np.array([_likeness(here, samples[start + lag :][:window]) for lag in range(shortest, longest)])
        # the first clear peak: twice the period is as alike, and an octave too low
        peaks = [i for i in range(1, len(likeness) - 1) if likeness[i - 1] < likeness[i] >= likeness[i + 1]]
        good = [i for i in peaks if likeness[i] > max(_CLEAR, 0.93 * likeness.max())]
        if good:
            yield start / rate_hz, rate_hz / (shortest + good[0])


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(one @ other / (np.sqrt((one @ one) * (other @ other)) + 1e-12))


def picture(name: str, points: list[tuple[float, float]]) -> str:
    """F0 over time as SVG; a gap where there is no voice."""
    end_s = max(seconds for seconds, _ in points) + 0.3

    def x(seconds: float) -> float:
        return _LEFT + seconds / end_s * (_WIDTH - _LEFT)

    def y(hz: float) -> float:
        return (_HEIGHT - _BOTTOM) * (1 - (hz - 50) / 300)

    lines = [
        f'<text x="4" y="{y(hz) + 4:.0f}">{hz}</text><path d="M{_LEFT} {y(hz):.0f}H{_WIDTH}" stroke="#ddd"/>'
        for hz in range(100, 350, 50)
    ]
    lines += [f'<text x="{x(second):.0f}" y="{_HEIGHT - 8}">{second} s</text>' for second in range(int(end_s) + 1)]
    path, before_s, before_hz = "", -1.0, 0.0
    for seconds, hz in points:
        goes_on = seconds - before_s < 2.5 * _HOP_S and abs(hz - before_hz) < _LEAP * before_hz
        path += f"{'L' if goes_on else 'M'}{x(seconds):.1f} {y(hz):.1f}"
        before_s, before_hz = seconds, hz
    median_hz = np.median([hz for _, hz in points])
    title = f"{escape(name)}: F0, Hz; median {median_hz:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="white"/><text x="{_LEFT}" y="14">{title}</text>\n'
        f'{"".join(lines)}\n<path d="{path}" fill="none" stroke="#b04a2f" stroke-width="2"/></svg>\n'
    )


if __name__ == "__main__":
    main()
