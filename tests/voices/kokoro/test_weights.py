import hashlib
import os

import pytest

from voices.errors import VoiceNotInstalledError
from voices.kokoro import KokoroEngine, home, install, installed, weights
from voices.paths import data_home


def test_installing_tells_how_far_it_is_and_twice_is_once(tmp_path):
    target = tmp_path / "deep" / "kokoro"
    steps = []
    assert install(target, lambda done, whole: steps.append((done, whole))) == target
    assert installed(target)
    assert steps == [(n, 7) for n in range(1, 8)]
    made = {path.name: path.stat().st_mtime_ns for path in target.iterdir()}
    assert install(target, lambda done, whole: steps.append((done, whole))) == target
    assert {path.name: path.stat().st_mtime_ns for path in target.iterdir()} == made
    assert len(steps) == 7
    assert [path.name for path in target.parent.iterdir()] == ["kokoro"]  # nothing is left beside it


def test_a_damaged_model_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "MODEL_SHA256", hashlib.sha256(b"another").hexdigest())
    with pytest.raises(VoiceNotInstalledError, match="SHA-256"):
        install(tmp_path / "kokoro")
    assert list(tmp_path.iterdir()) == []


def test_a_half_made_folder_is_no_installation_and_is_replaced(tmp_path):
    target = tmp_path / "kokoro"
    target.mkdir()
    (target / weights.DURATION_GRAPH).write_bytes(b"half")
    assert not installed(target)
    install(target)
    assert installed(target)
    assert (target / weights.DURATION_GRAPH).stat().st_size > 1_000_000


def test_whom_another_process_overtakes_in_the_last_moment_takes_what_is_there(tmp_path, monkeypatch):
    target = tmp_path / "kokoro"
    monkeypatch.setattr(weights, "_join", lambda whole, _tell: whole.touch())
    monkeypatch.setattr(weights, "_cut", lambda _whole, fresh, _tell: graphs(fresh, b"ours"))
    put = os.replace

    def overtaken(fresh, folder):
        graphs(folder, b"theirs")
        put(fresh, folder)

    monkeypatch.setattr(weights.os, "replace", overtaken)
    assert install(target) == target
    assert (target / weights.SOUND_GRAPH).read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


def graphs(folder, content):
    folder.mkdir(exist_ok=True)
    for name in (weights.DURATION_GRAPH, weights.PROSODY_GRAPH, weights.SOUND_GRAPH):
        (folder / name).write_bytes(content)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(VoiceNotInstalledError, match="Không ghi được"):
        install(tmp_path / "file" / "kokoro")


def test_without_installation_the_engine_says_what_to_do(tmp_path):
    with pytest.raises(VoiceNotInstalledError, match="loa voices install"):
        KokoroEngine(folder=tmp_path)


def test_the_data_home_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LOA_HOME", str(tmp_path / "own"))
    assert home().is_relative_to(tmp_path / "own")
    monkeypatch.delenv("LOA_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_home() == tmp_path / "xdg" / "loa-lang"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_home() == tmp_path / ".local" / "share" / "loa-lang"
