"""The demo as a new user runs it: it must end by itself, and what it writes must be what the WAVs hold."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.loa.conftest import broker_choices
from tests.loa.sound import samples


def run_demo(folder: Path, *arguments: str) -> tuple[int, str, dict]:
    done = subprocess.run(
        [sys.executable, "-m", "loa", "demo", "--sink", "wav", "--folder", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    report = folder / "report.json"
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text()) if report.exists() else {}


def onset(wav: Path) -> float:
    sound, rate, epoch = samples(wav)
    return epoch + int(np.flatnonzero(np.abs(sound) > 0.002)[0]) / rate


@pytest.mark.timeout(300)
def test_the_main_job_from_document_to_three_speakers(tmp_path):
    code, printed, report = run_demo(tmp_path / "demo", "--broker", broker_choices()[0])
    assert code == 0, printed
    assert report["ok"] is True
    assert len(report["speakers"]) == 3
    assert {speaker["state"] for speaker in report["speakers"]} == {"PLAYED"}
    assert report["heard_cer"] <= 0.20
    text = " ".join(report["script"]).lower()
    assert "bảy giờ ba mươi" in text
    assert "hai mươi lăm nghìn đồng" in text
    assert "không chín một hai" in text
    assert "ủy ban nhân dân" in text
    assert not any(character.isdigit() for character in text)
    assert "nơi nhận" not in text
    assert "độc lập" not in text
    onsets = [onset(Path(speaker["output"])) for speaker in report["speakers"]]
    assert max(onsets) - min(onsets) <= 0.020
    for speaker in report["speakers"]:
        sound, rate, _ = samples(Path(speaker["output"]))
        sounding = np.flatnonzero(np.abs(sound) > 0.002)
        heard_s = (sounding[-1] - sounding[0]) / rate
        assert abs(heard_s - report["audio_s"]) < 1.5
        assert abs(speaker["played_ms"] / 1000 - report["audio_s"]) < 0.5


@pytest.mark.long
@pytest.mark.timeout(300)
def test_any_document_and_the_broker_from_a_wheel(tmp_path, short_notice):
    code, printed, report = run_demo(tmp_path / "demo", "--broker", "iotcore", "--document", str(short_notice))
    assert code == 0, printed
    assert "iotcore" in report["broker"]
    assert [speaker["state"] for speaker in report["speakers"]] == ["PLAYED"] * 3


def test_a_document_that_is_none_ends_with_a_clear_word(tmp_path):
    program = tmp_path / "bao-cao.docx"
    program.write_bytes(b"MZ" + bytes(500))
    code, printed, report = run_demo(tmp_path / "demo", "--document", str(program))
    assert code == 1
    assert (report["ok"], report["speakers"]) == (False, [])
    assert report["problems"][0] in " ".join(printed.split())
    assert "tệp" in printed.lower()
    assert "Traceback" not in printed
