"""Updates from end to end: real wheels, a real agent and its guard, real signed commands. Bad releases are left again."""

import base64
import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import pytest

from edge_agent.runtime import releases
from edge_agent.runtime import trial as guard
from edge_agent.runtime.trial import GUARD, Trials
from protocol import topics
from protocol.envelope import Kind
from protocol.keys import Role, SigningKey, station_owner
from protocol.messages import Command, CommandResult, Operation
from tests.edge_agent.real_station import DEVICE, MOSQUITTO, STATION, RealStation
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0
UNIT = """
cd /
while true; do
  python3 -I "$PREFIX/trial.py" "$PREFIX" 2>>"$STATE.guard"
  setsid "$PREFIX/current/bin/loa" agent run --state "$STATE" --sink wav --wav "$STATE.wav" >>"$STATE.log" 2>&1 &
  echo $! >"$STATE.pid"
  wait $!
  sleep 0.2
done
"""
"""What the systemd unit does."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed"),
]


def variant(wheel: Path, version: str, target: Path, changes: dict[str, list[tuple[str, str]]]) -> None:
    """The same wheel under another version, with some text of its files replaced."""
    old = wheel.name.split("-")[1]
    rows = []
    with (
        zipfile.ZipFile(wheel) as source,
        zipfile.ZipFile(target / wheel.name.replace(old, version, 1), "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            data = source.read(name)
            renamed = name.replace(f"loa_lang-{old}.dist-info", f"loa_lang-{version}.dist-info")
            if renamed.endswith(".dist-info/RECORD"):
                record = renamed
                continue
            if renamed.endswith(".dist-info/METADATA"):
                data = data.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode(), 1)
            for before, after in changes.get(name, []):
                assert before.encode() in data, f"{name} has changed: this test must follow"
                data = data.replace(before.encode(), after.encode(), 1)
            made.writestr(renamed, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            rows.append(f"{renamed},sha256={digest},{len(data)}")
        made.writestr(record, "\n".join([*rows, f"{record},,", ""]))


class Box:
    """A speaker that was installed as the Debian package does it, under what its unit does."""

    def __init__(self, folder: Path, station: RealStation, wheels: Path) -> None:
        self.folder, self.station, self.wheels = folder, station, wheels
        self.trials = Trials(folder / "opt")
        (folder / "opt" / "releases").mkdir(parents=True)
        first = folder / "opt" / "releases" / "first"
        base = self.wheels_of("99.0", {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(releases, "_QUIETLY", ())
            releases.pip_install(first, base)
        (folder / "opt" / "current").symlink_to(first)
        shutil.copy(guard.__file__, folder / "opt" / GUARD)

    def __enter__(self):
        assert self.station.enrol().returncode == 0
        self.unit = subprocess.Popen(
            ["sh", "-c", UNIT],
            env={**os.environ, "PREFIX": str(self.trials.prefix), "STATE": str(self.station.box)},
            start_new_session=True,
        )
        wait_until(lambda: any(self.station.presence), PATIENCE_S)
        return self

    def __exit__(self, *_):
        os.killpg(self.unit.pid, signal.SIGKILL)
        self.unit.wait()
        self.kill()

    def kill(self) -> None:
        """As a power cut does: the agent and everything that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(self.station.box.with_suffix(".pid").read_text()), signal.SIGKILL)

    def wheels_of(self, version: str, changes: dict[str, list[tuple[str, str]]]) -> Path:
        """A folder of wheels. All of them install others at the ordinary priority: a test need not spare the machine so much."""
        folder = self.folder / f"wheels-{uuid.uuid4()}"
        folder.mkdir()
        changes.setdefault("edge_agent/runtime/releases.py", []).append(('("nice", "-n", "19")', '("nice", "-n", "0")'))
        for wheel in self.wheels.glob("*.whl"):
            if wheel.name.startswith("loa_lang-"):
                variant(wheel, version, folder, changes)
            else:
                (folder / wheel.name).hardlink_to(wheel)
        return folder

    def release(self, version: str, **changes: tuple[str, str]) -> dict[str, object]:
        """A package of that version, served by the station; the command's arguments."""
        folder = self.wheels_of(
            version, {name.replace("__", "/") + ".py": [change] for name, change in changes.items()}
        )
        made = subprocess.run(
            [
                str(ROOT / "scripts/edge-release"),
                "--wheels",
                str(folder),
                "--out",
                str(folder),
                "--arch",
                platform.machine(),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        arguments = json.loads(made)
        self.station.files[arguments["sha256"]] = next(folder.glob("*.tar")).read_bytes()
        shutil.rmtree(folder)
        return arguments

    def update(self, arguments: dict[str, object]) -> CommandResult:
        """Order it; the answer."""
        command_id = self.order(arguments)
        return wait_until(
            lambda: next((r for r in self.station.results if r.command_id == command_id), None), PATIENCE_S
        )

    def order(self, arguments: dict[str, object], key: SigningKey | None = None) -> str:
        command_id = str(uuid.uuid4())
        command = Command(command_id=command_id, op=Operation.UPDATE, args=arguments)
        self.station.send("cmd", Kind.CMD, command, key=key, retain=False)
        return command_id

    @property
    def version(self) -> str:
        return self.trials.current.name.rpartition("-")[2]

    def proves(self, version: str, births: int) -> None:
        """Wait until that version was heard after so many births of any, and is in use for good."""
        station = self.station
        wait_until(lambda: len(station.versions) > births and station.versions[-1] == version, PATIENCE_S)
        wait_until(lambda: self.trials.trial() is None and self.version == version, PATIENCE_S)

    def said(self, where: str) -> str:
        """What the agent (`log`) or the guard outside of it has said."""
        path = self.station.box.with_suffix(f".{where}")
        return path.read_text() if path.exists() else ""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    subprocess.run(
        [str(ROOT / "scripts/edge-wheels"), str(folder), "--arch", platform.machine(), "--python", python],
        check=True,
        capture_output=True,
    )
    return folder


def test_a_box_takes_a_good_release_and_leaves_every_bad_one(tmp_path, wheels):
    with RealStation(tmp_path) as station, Box(tmp_path, station, wheels) as box:
        station.configure()

        good = box.release("99.1")
        forged = station.seal(Kind.CMD, Command(command_id="forged", op=Operation.UPDATE, args=good))
        broken = forged[:-4] + ("AAAA" if forged[-4:] != "AAAA" else "BBBB")
        station.client.publish(topics.device(STATION, DEVICE, "cmd"), broken, qos=1).wait_for_publish(5)
        wait_until(lambda: "bad_signature" in station.refusals(), PATIENCE_S)
        box.order(good, key=SigningKey.generate(Role.STATION, station_owner(STATION)))
        wait_until(lambda: "unknown_key" in station.refusals(), PATIENCE_S)

        other = box.release("99.2")
        station.files[good["sha256"]], kept = station.files[other["sha256"]], station.files[good["sha256"]]
        refused = box.update(good)
        assert (refused.ok, box.version) == (False, "first"), "bytes that the command does not name"
        station.files[good["sha256"]] = kept

        births = len(station.versions)
        answer = box.update(good)
        assert answer.ok, answer
        box.proves("99.1", births)
        taken = box.trials.current

        unloadable = box.update(
            box.release("99.4", edge_agent__agent=("class Agent:", "raise RuntimeError\nclass Agent:"))
        )
        assert not unloadable.ok, unloadable
        assert (box.trials.current, box.trials.trial()) == (taken, None)

        dies = box.release("99.5", edge_agent__runtime__loop=("        agent.start()", "        raise RuntimeError"))
        births = len(station.versions)
        assert box.update(dies).ok
        box.proves("99.1", births)
        assert box.trials.current == taken
        assert "-99.5 was started 3 times in vain" in box.said("guard")

        deaf = box.release(
            "99.6",
            edge_agent__line=("        if self.up or self._trying:\n            return None", "        return None"),
            edge_agent__runtime__releases=("PROBATION_S = 900.0", "PROBATION_S = 5.0"),
        )
        births = len(station.versions)
        assert box.update(deaf).ok
        box.proves("99.1", births)
        assert box.trials.current == taken
        assert "release was not heard in time" in box.said("log")

        box.order(other)
        wait_until(lambda: any(box.trials.prefix.glob("releases/*-99.2/bin/python")), PATIENCE_S)
        births = len(station.versions)
        box.kill()  # in the middle of the installation
        box.proves("99.1", births)
        assert box.trials.current == taken

        births = len(station.versions)
        answer = box.update(other)
        assert answer.ok, answer
        box.kill()  # as soon as it may be in use
        box.proves("99.2", births)
        assert {found.name for found in (box.trials.prefix / "releases").iterdir()} == {
            taken.name,
            box.trials.current.name,
        }
