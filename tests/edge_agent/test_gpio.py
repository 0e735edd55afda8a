"""Relay, current sensor and stop button: the real port code over a chip of wires, and what the sensor makes of a job's evidence."""

import queue
import time

import gpiod
import pytest

from edge_agent.box_settings import ButtonSettings, RelaySettings
from edge_agent.errors import PermanentError
from edge_agent.library import FolderLibrary
from edge_agent.runtime.gpio import CONSUMER, CurrentSense, RelayAmplifier, StopButton
from edge_agent.sound import witness as witness_module
from edge_agent.sound.witness import BoxWitness
from protocol.messages import Evidence
from protocol.states import State
from tests.edge_agent.chip import Chip

RELAY, SENSE, BUTTON = 1, 2, 3


@pytest.fixture
def chip(monkeypatch):
    found = Chip()
    monkeypatch.setattr(gpiod, "request_lines", found.request_lines)
    return found


@pytest.mark.parametrize("active_low", [False, True])
def test_the_relay_is_off_until_it_is_switched(chip, active_low):
    amplifier = RelayAmplifier(RelaySettings(line=RELAY, active_low=active_low))
    powered = [chip.wires[RELAY].high != active_low]
    for on in (True, False):
        amplifier.switch(on=on)
        assert amplifier.on is on
        powered.append(chip.wires[RELAY].high != active_low)
    assert powered == [False, True, False]
    assert chip.wires[RELAY].consumer == CONSUMER


def test_the_sensor_is_an_input_and_says_what_is_on_its_pin_now(chip):
    sense = CurrentSense(RelaySettings(line=RELAY, sense_line=SENSE))
    seen = [sense.draws()]
    for high in (True, False):
        chip.drive(SENSE, high=high)
        seen.append(sense.draws())
    assert seen == [False, True, False]
    chip.drive(SENSE, high=None)
    assert not sense.draws(), "a sensor that has come off proves nothing"


@pytest.mark.parametrize("make", [
    lambda line, chip: RelayAmplifier(RelaySettings(line=line, chip=chip)),
    lambda line, chip: CurrentSense(RelaySettings(line=RELAY, sense_line=line, chip=chip)),
    lambda line, chip: StopButton(ButtonSettings(line=line, chip=chip), lambda: None),
])  # fmt: skip
def test_a_line_that_cannot_be_had_is_said_with_its_number(chip, make):
    chip.request_lines("/dev/gpiochip0", {5: gpiod.LineSettings()}, consumer="somebody")
    for line, path in ((5, "/dev/gpiochip0"), (99, "/dev/gpiochip0"), (4, "/dev/gpiochip9")):
        with pytest.raises(PermanentError, match=rf"{path}, chân {line}.*box\.toml"):
            make(line, path)


def test_the_button_tells_each_press(chip):
    pressed: queue.SimpleQueue[bool] = queue.SimpleQueue()
    StopButton(ButtonSettings(line=BUTTON), lambda: pressed.put(True))
    assert chip.wires[BUTTON].high, "pulled up inside"
    for _ in range(2):
        end = time.monotonic() + 20
        while pressed.empty() and time.monotonic() < end:  # its thread may not wait yet: press until it does
            chip.drive(BUTTON, high=False)
            chip.drive(BUTTON, high=None)
            time.sleep(0.01)
        assert pressed.get(timeout=1)
        while not pressed.empty():
            pressed.get()


@pytest.mark.parametrize(("sounds", "evidence"), [(True, Evidence.E3), (False, Evidence.E2)])
def test_a_job_during_which_the_amplifier_drew_current_has_that_as_its_evidence(
    world, chip, tmp_path, monkeypatch, sounds, evidence
):
    """From the pin to PLAYED: relay, sensor, witness and agent are the real ones; the amplifier hums on its wire when it is fed."""
    monkeypatch.setattr(witness_module, "SETTLE_S", 0.0)
    settings = RelaySettings(line=RELAY, sense_line=SENSE, warm_up_s=2.0, release_s=5.0)
    relay, sense = RelayAmplifier(settings), CurrentSense(settings)
    told: queue.SimpleQueue = queue.SimpleQueue()
    world.witness = BoxWitness(FolderLibrary(tmp_path / "audio"), None, sense.draws, told.put)
    world.crash()
    world.boot()
    world.agent.director._power._amplifier = relay
    job = world.job(10, seconds=20)
    world.order(job)
    world.run(9)
    assert chip.wires[RELAY].high, "warm in time"
    chip.drive(SENSE, high=sounds)
    world.run(2)
    with world.witness._busy:  # it has looked
        pass
    while not told.empty():
        told.get()(world.agent)
    world.run(40)
    assert (world.last(job).state, world.last(job).evidence) == (State.PLAYED, evidence)
    assert not chip.wires[RELAY].high, "and cold again"
