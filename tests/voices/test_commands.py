"""`loa say` and `loa voices` as a person types them, with the real default voice."""

import errno
import json
import os
import socket
import wave

import pytest
import soundfile
import typer
from typer.testing import CliRunner

from loa.blind_page import write_page
from loa.say_command import say
from loa.voice_trial import through_a_horn
from loa.voices_command import app as voices_app
from voices import Ear, SpeechSettings, TimelineEntry, files, kokoro, listen
from voices.ear import report_of
from voices.espeak import EspeakEngine

say_app = typer.Typer()
say_app.command()(say)


@pytest.fixture(scope="module", autouse=True)
def _default_voice():
    kokoro.install()


@pytest.fixture
def run():
    def run(app, *arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def test_lines_become_numbered_clips_that_can_be_understood(run, tmp_path):
    lines = ["Kính thưa bà con, 7 giờ 30 tối nay họp thôn.", "", "Đề nghị bà con có mặt đầy đủ."]
    (tmp_path / "lines.txt").write_text("\n".join(lines), "utf-8")
    done = run(say_app, "--lines", tmp_path / "lines.txt", "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["00.wav", "01.wav"]
    expected = ["Kính thưa bà con, bảy giờ ba mươi tối nay họp thôn.", lines[2]]
    heard = []
    with Ear() as ear:
        for index, text in enumerate(expected):
            path = tmp_path / "out" / f"{index:02d}.wav"
            with wave.open(str(path)) as clip:
                assert (clip.getsampwidth(), clip.getnchannels()) == (2, 1)
                assert clip.getframerate() >= 24_000
            end_ms = round(soundfile.info(path).duration * 1000)
            heard += listen(path, [TimelineEntry(index=0, start_ms=0, end_ms=end_ms, text=text)], ear=ear).sentences
    assert report_of(heard).cer < 0.2
    assert [row["file"] for row in rows] == ["00.wav", "01.wav"]
    assert [row["heard"] for row in rows] == [sentence.heard for sentence in heard]
    assert all(row["cer"] < 0.3 for row in rows)


def test_a_line_with_nothing_to_say_is_named_and_the_others_are_said(run, tmp_path):
    (tmp_path / "lines.txt").write_text("…\nMời bà con.\n", "utf-8")
    done = run(
        say_app, "--lines", tmp_path / "lines.txt", "--out", tmp_path / "out", "--voice", "espeak-vi", "--no-check"
    )
    assert done.exit_code == 1
    assert "Dòng 1" in done.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["01.wav"]


@pytest.mark.parametrize("kind", ["wav", "opus", "mp3"])
def test_text_becomes_a_file(run, tmp_path, kind):
    output = tmp_path / f"hop.{kind}"
    done = run(
        say_app, "Họp thôn lúc 19h30. Mời bà con.", "-o", output, "--voice", "espeak-vi", "--workers", "1", "--no-check"
    )
    assert done.exit_code == 0, done.output
    assert 2 < soundfile.info(output).duration < 10


@pytest.mark.parametrize(
    "arguments",
    [
        ["Xin chào", "-o", "x.flac"],
        ["Xin chào"],
        ["Xin chào", "-o", "x.wav", "--voice", "khong-co"],
        ["***", "-o", "x.wav", "--voice", "espeak-vi"],
        ["--lines", "khong-co.txt", "--out", "x"],
    ],
)
def test_what_cannot_be_said_is_an_error_and_no_file(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    done = run(say_app, *arguments)
    assert done.exit_code != 0
    assert done.output.strip()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(run, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    folder = tmp_path / "out"
    done = run(say_app, "Mời bà con.", "-o", folder / "hop.wav", "--voice", "espeak-vi", "--workers", "1", "--no-check")
    assert done.exit_code == 1
    assert "đầy" in done.output
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_voices_are_listed(run):
    done = run(voices_app, "list")
    assert done.exit_code == 0
    for name in ("kokoro-vi-nu", "vi_VN-vais1000-medium", "CC BY 4.0", "viettts"):
        assert name in done.output


def test_installing_the_default_voice_again_does_nothing(run):
    done = run(voices_app, "install")
    assert done.exit_code == 0
    assert "kokoro-vi-nu" in done.output


def test_a_voice_behind_a_server_is_installed_and_removed(run, tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HOME", str(tmp_path))
    done = run(voices_app, "install", "viettts", "--url", "http://127.0.0.1:8298/v1", "--voice", "nu")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "voices" / "viettts" / "voice.json").exists()
    assert run(voices_app, "remove", "viettts").exit_code == 0
    assert run(voices_app, "remove", "viettts").exit_code == 1
    assert run(voices_app, "install", "khong-co").exit_code == 1
    assert run(voices_app, "install", "viettts", "--url", "ftp://x").exit_code == 1


def test_others_are_served_only_with_a_key(run, monkeypatch):
    monkeypatch.delenv("LOA_SPEECH_KEY", raising=False)
    done = run(voices_app, "serve", "--host", "0.0.0.0")
    assert done.exit_code == 1
    assert "LOA_SPEECH_KEY" in done.output


def test_a_port_that_is_taken_is_told(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = run(voices_app, "serve", "--port", other.getsockname()[1])
    assert done.exit_code == 1
    assert "--port" in done.output


def test_the_blind_page_plays_every_text_once_and_names_no_voice(tmp_path):
    engine = EspeakEngine()
    clips = {
        name: [
            (text, engine.render(text, SpeechSettings(pitch_st=pitch)))
            for text in ("một hai ba", "bốn năm sáu", "bảy tám")
        ]
        for name, pitch in (("giong-a", 0), ("giong-b", 3))
    }
    key = write_page(tmp_path / "nghe.html", clips)
    page = (tmp_path / "nghe.html").read_text("utf-8")
    assert page.count("<audio") == 3
    assert "giong-" not in page
    assert "một hai ba" not in page
    assert "giong-" in key.read_text("utf-8")


def test_the_horn_of_the_benchmark_adds_noise_and_takes_bass():
    clip = EspeakEngine().render("Kính thưa toàn thể bà con nhân dân.", SpeechSettings())
    horn = through_a_horn(clip)
    assert horn.rate_hz == clip.rate_hz
    assert abs(horn.duration_ms - clip.duration_ms) < 20
    quiet = abs(clip.samples) < 0.001
    assert abs(horn.samples[: len(quiet)][quiet[: len(horn.samples)]]).mean() > 0.003
