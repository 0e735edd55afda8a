"""Equal sound is heard once, by whichever process; a full or read-only disk costs only time."""

import os

import numpy as np

from voices import ear_memory
from voices.ear_memory import RememberingEar


class CountingEar:
    def __init__(self):
        self.heard = 0

    def hear(self, samples):
        self.heard += 1
        return f"nghe được {len(samples)}"


def test_equal_sound_is_heard_once(tmp_path):
    sound, other = np.arange(100, dtype=np.int16), np.arange(101, dtype=np.int16)
    first, second = CountingEar(), CountingEar()
    ear = RememberingEar(first, tmp_path)
    assert [ear.hear(sound), ear.hear(other), ear.hear(sound)] == ["nghe được 100", "nghe được 101", "nghe được 100"]
    assert first.heard == 2
    assert RememberingEar(second, tmp_path).hear(other) == "nghe được 101"
    assert second.heard == 0


def test_where_nothing_can_be_kept_everything_is_heard(tmp_path):
    (tmp_path / "tệp").write_text("không phải thư mục")
    ear = CountingEar()
    remembering = RememberingEar(ear, tmp_path / "tệp")
    assert [remembering.hear(np.zeros(5, np.int16)) for _ in range(2)] == ["nghe được 5"] * 2
    assert ear.heard == 2


def test_it_does_not_remember_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(ear_memory, "_MOST_ON_A_SHELF", 4)
    ear, sound = RememberingEar(CountingEar(), tmp_path), np.zeros(5, np.int16)
    ear.hear(sound)
    (note,) = tmp_path.rglob("*.txt")
    for number in range(4):
        (note.parent / f"{number}.txt").write_text("nghe từ lâu")
        os.utime(note.parent / f"{number}.txt", (0, 0))
    note.unlink()
    assert ear.hear(sound) == "nghe được 5"
    assert note.exists()
    assert len(list(note.parent.iterdir())) == 3
