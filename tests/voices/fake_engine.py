"""An engine of tones: deterministic, instant, and able to misbehave in every way a real one can.

A word of the text decides: CHẾT kills the process, CHẾT_MỘT_LẦN only the first time (a file beside the cache
remembers), TREO hangs, CHẬM takes a second, CHỜ waits until the test lets it go (a file beside the log), HỎNG
fails, PHÌNH takes 200 MB and keeps it. Text without letters is `NothingToSayError`.
Care for a word (1, 2, …) in its way (1, 2, …) makes the sound longer by `CARE_MS` times both.
"""

import os
import time
from pathlib import Path

import numpy as np

from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError, VoiceNotInstalledError

RATE_HZ = 24_000
MS_PER_CHAR = 40
CARE_MS = 6
_kept = []


class FakeEngine:
    def __init__(self, voice, threads):
        self.fingerprint = f"fake-{voice}-1"
        self.voice = voice
        self.threads = threads
        _note("open", voice)

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        if not any(char.isalpha() for char in text):
            raise NothingToSayError("Không có chữ nào đọc được.")
        _note("render", text)
        loud = text.upper()  # the reading room writes capitals small
        if self.voice == "hong" or "HỎNG" in loud:
            raise EngineFailedError("Giọng thử bị hỏng.")
        if "CHẾT_MỘT_LẦN" in text and not _mark("died").exists():
            _mark("died").touch()
            os._exit(9)
        if "CHẾT" in text and "CHẾT_MỘT_LẦN" not in text:
            os._exit(9)
        if "TREO" in text:
            time.sleep(60)
        while "CHỜ" in loud and not _mark("go").exists():
            time.sleep(0.01)
        if "CHẬM" in loud:
            time.sleep(1.0)
        if "PHÌNH" in text:
            _kept.append(np.ones(25_000_000))
        length_ms = len(text) * MS_PER_CHAR / settings.speed
        length_ms += sum(CARE_MS * (care.word + 1) * care.way for care in settings.care)
        frames = round(length_ms * RATE_HZ / 1000)
        t = np.arange(frames) / RATE_HZ
        hz = 400 + sum(text.encode()) % 800
        return Clip((0.3 * np.sin(2 * np.pi * hz * t)).astype(np.float32), RATE_HZ)


def open_engine(voice: str, threads: int) -> FakeEngine:
    if voice == "vang":
        raise VoiceNotInstalledError("Chưa cài giọng này.")
    return FakeEngine(voice, threads)


def _note(what, text):
    """What the engine was asked, across processes: one line each in $FAKE_ENGINE_LOG."""
    with open(os.environ["FAKE_ENGINE_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123
        log.write(f"{what}\t{os.getpid()}\t{text}\n")


def _mark(name):
    return Path(os.environ["FAKE_ENGINE_LOG"]).with_name(name)
