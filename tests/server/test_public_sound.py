"""Anybody may ask for the MP3 of what was aired: made once, whole or not at all, and never by more than two at a time."""

import threading

import numpy as np
import pytest
import soundfile

from server.errors import BusyError
from server.public import sound
from server.settings import Settings
from voices import BadSoundError
from voices.mastering import measure


@pytest.fixture
def settings(tmp_path):
    settings = Settings(data_dir=tmp_path)
    settings.audio_dir.mkdir()
    t = np.arange(2 * 48_000) / 48_000
    soundfile.write(settings.audio_dir / "abc.opus", 0.3 * np.sin(2 * np.pi * 700 * t), 48_000, "OPUS", format="OGG")
    return settings


def test_it_is_made_once_and_kept(settings):
    path = sound.mp3_of(settings, "abc")
    assert soundfile.info(path).duration == pytest.approx(2, abs=0.1)
    assert measure(path).integrated_lufs > -20
    made = path.stat().st_mtime_ns
    assert sound.mp3_of(settings, "abc").stat().st_mtime_ns == made
    assert list(path.parent.iterdir()) == [path]


def test_a_sound_that_cannot_be_read_leaves_nothing(settings):
    (settings.audio_dir / "abc.opus").write_bytes(b"OggS and then nothing")
    with pytest.raises(BadSoundError):
        sound.mp3_of(settings, "abc")
    assert list(sound.mp3_dir(settings).iterdir()) == []


def test_more_than_two_at_once_wait_or_come_back(settings, monkeypatch):
    working, goes_on = threading.Semaphore(0), threading.Event()

    def slow(source, target, *, bitrate):  # noqa: ARG001  # as the real one is called
        working.release()
        assert goes_on.wait(60)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(sound, "opus_to_mp3", slow)
    monkeypatch.setattr(sound, "_PATIENCE_S", 0.01)
    threads = [threading.Thread(target=sound.mp3_of, args=(settings, "abc")) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert working.acquire(timeout=60)
    with pytest.raises(BusyError):
        sound.mp3_of(settings, "abc")
    goes_on.set()
    for thread in threads:
        thread.join()
    assert sound.mp3_of(settings, "abc").exists()
