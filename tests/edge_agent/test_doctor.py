"""The doctor on boxes whose faults are known."""

import sys
from pathlib import Path

import pytest

from edge_agent import doctor, fittings
from edge_agent.box_settings import BoxSettings, MicrophoneSettings, RelaySettings
from edge_agent.checks import Verdict

CARDS = """ 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0
                      vc4-hdmi-0
 1 [Device         ]: USB-Audio - USB Audio Device
                      GeneralPlus USB Audio Device at usb-0000:01:00.0-1.3, full speed
"""


def recorder(code: str) -> MicrophoneSettings:
    return MicrophoneSettings(command=(sys.executable, "-c", code))


@pytest.mark.parametrize(
    ("code", "verdict", "words"),
    [
        ("import sys; sys.stdout.buffer.write(b'\\x00\\x20' * 48000)", Verdict.GOOD, "mức -12 dBFS"),
        ("import sys; sys.stdout.buffer.write(bytes(96000))", Verdict.FAULT, "im lặng tuyệt đối"),
        ("import sys; sys.exit('no such device')", Verdict.FAULT, "no such device"),
    ],
)
def test_a_microphone_is_listened_to(code, verdict, words):
    found = fittings.microphone(recorder(code))
    assert found.verdict is verdict
    assert words in found.words


def test_a_recorder_that_goes_on_for_ever_is_ended():
    endless = "import sys\nwhile True: sys.stdout.buffer.write(b'\\x00\\x20' * 480)"
    assert fittings.microphone(recorder(endless)).verdict is Verdict.GOOD


def test_no_microphone_is_said():
    assert fittings.microphone(None).verdict is Verdict.WARNING
    assert fittings.microphone(MicrophoneSettings(command=("no-such-program",))).verdict is Verdict.FAULT


def test_cards_by_their_names(tmp_path):
    listed = tmp_path / "cards"
    listed.write_text(CARDS)
    assert fittings.card_names(listed) == ["vc4-hdmi - vc4-hdmi-0", "USB-Audio - USB Audio Device"]
    assert fittings.card_names(tmp_path / "none") == []


def test_only_hdmi_is_a_warning(tmp_path, monkeypatch):
    listed = tmp_path / "cards"
    listed.write_text(CARDS.split(" 1 [", maxsplit=1)[0])
    monkeypatch.setattr("edge_agent.sound.card.card_name", lambda: "default")
    assert fittings.card(listed).verdict is Verdict.WARNING
    listed.write_text(CARDS)
    assert fittings.card(listed).verdict is Verdict.GOOD
    monkeypatch.setattr("edge_agent.sound.card.card_name", lambda: None)
    assert fittings.card(listed).verdict is Verdict.FAULT


def test_a_relay_that_is_not_there(tmp_path):
    missing = BoxSettings(amplifier=RelaySettings(chip=str(tmp_path / "gpiochip9"), line=17))
    relay, button = fittings.gpio(missing)
    assert (relay.verdict, button.verdict) == (Verdict.FAULT, Verdict.WARNING)
    not_gpio = tmp_path / "file"
    not_gpio.touch()
    relay, _ = fittings.gpio(BoxSettings(amplifier=RelaySettings(chip=str(not_gpio), line=17)))
    assert relay.verdict is Verdict.FAULT


@pytest.mark.parametrize(
    ("mounts", "verdict"),
    [
        ("/dev/root / ext4 rw,noatime 0 0\n", Verdict.GOOD),
        ("overlayroot / overlay rw,lowerdir=/x 0 0\n", Verdict.FAULT),
        ("overlayroot / overlay rw 0 0\n/dev/sda3 {state} ext4 rw,noatime 0 0\n", Verdict.GOOD),
        ("/dev/root / ext4 rw 0 0\n/dev/sda3 {state} ext4 ro,noatime 0 0\n", Verdict.FAULT),
    ],
)
def test_what_is_written_must_outlive_the_power(tmp_path, mounts, verdict):
    state = tmp_path / "state"
    state.mkdir()
    table = tmp_path / "mounts"
    table.write_text(mounts.format(state=state))
    (found,) = doctor._place(state, table)
    assert found.verdict is verdict, found.words


def test_a_box_that_is_nothing_yet(tmp_path):
    found = {check.name: check for check in doctor.examine(tmp_path / "state")}
    assert found["Nơi lưu"].verdict is Verdict.FAULT
    assert found["Ghép với đài"].verdict is Verdict.FAULT
    assert not Path(tmp_path / "state").exists()  # it only looks


def test_a_wrong_box_toml_is_named(tmp_path):
    (tmp_path / "box.toml").write_text("[amplifier]\nline = -1\n")
    found = {check.name: check for check in doctor.examine(tmp_path)}
    assert found["Tệp box.toml"].verdict is Verdict.FAULT
    assert "amplifier.line" in found["Tệp box.toml"].words
