"""Files on a disk that is full, broken or closed to us; what a killed process left."""

import errno
import os
import time

import pytest

from voices import StorageError, files


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.ENOSPC, "đầy"), (errno.EDQUOT, "đầy"), (errno.EIO, "bị lỗi"), (errno.EROFS, "quyền ghi")],
)
@pytest.mark.parametrize(
    "write",
    [
        lambda target: files.write_atomically(target, b"after"),
        lambda target: files.copy_atomically(target.with_name("b.opus"), target),
    ],
    ids=["bytes", "copy"],
)
def test_what_cannot_be_written_is_told_and_leaves_the_old_one(tmp_path, monkeypatch, number, word, write):
    target = tmp_path / "a.opus"
    target.write_bytes(b"before")
    (tmp_path / "b.opus").write_bytes(b"after")

    def refuse(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", refuse)
    with pytest.raises(StorageError, match=word):
        write(target)
    assert target.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.opus", "b.opus"]


def test_only_what_was_left_half_made_is_swept(tmp_path):
    (tmp_path / ".tmp-folder").mkdir()
    for name in (".tmp-folder/speech.wav", ".tmp-1.opus", "whole.opus", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    young = tmp_path / ".tmp-young"
    young.write_bytes(b"x")
    for path in (tmp_path / ".tmp-folder", tmp_path / ".tmp-1.opus"):
        os.utime(path, (0, 0))
    files.sweep(tmp_path, older_than_s=3600)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", ".tmp-young", "whole.opus"]
    os.utime(young, (0, time.time()))
    files.sweep(tmp_path)
    assert not young.exists()
