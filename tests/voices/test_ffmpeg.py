"""ffmpeg works on files of strangers: whatever is in them, it ends, and takes no more than it may."""

import pytest

from voices import BadSoundError, ffmpeg
from voices.ffmpeg import TooLongError, run_ffmpeg

ENDLESS = ["-f", "lavfi", "-i", "sine"]


@pytest.mark.usefixtures("each_ffmpeg")
def test_what_it_gives_is_bounded():
    with pytest.raises(TooLongError, match="dài quá"):
        run_ffmpeg([*ENDLESS, "-f", "s16le", "-"], most_bytes=200_000)


def test_of_what_it_says_the_last_is_kept():
    _, said = run_ffmpeg([*ENDLESS, "-t", "120", "-af", "ebur128=framelog=info", "-f", "null", "-"])
    assert len(said) <= 64_000
    assert "Summary:" in said


def test_what_it_writes_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "_MOST_FILE_BYTES", 100_000)
    with pytest.raises(BadSoundError):
        run_ffmpeg([*ENDLESS, "-t", "3600", tmp_path / "a.wav"])
    assert (tmp_path / "a.wav").stat().st_size <= 100_000
