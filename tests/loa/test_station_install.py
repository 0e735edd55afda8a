"""A station is installed below a root of its own, upgraded, and comes back from an upgrade that fails.

Without systemd the script really starts the unit's own command line; the releases are links to the tests' own environment.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "install-station"
ENVIRONMENT = Path(sys.executable).parents[1]


class Machine:
    """What the script makes below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "var/lib/loa-station"
        self.prefix = root / "opt/loa-station"
        settings = root / "etc/loa-station.env"
        settings.parent.mkdir(parents=True)
        settings.write_text('LOA_NAME="Đài thử"\nLOA_HOST=127.0.0.1\nLOA_PORT=0\n')

    def install(self, *arguments: str, answer_s: int = 90) -> subprocess.CompletedProcess:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LOA_")}
        environment["LOA_ANSWER_S"] = str(answer_s)
        command = [str(SCRIPT), "--root", str(self.root), *arguments]
        # a station that was started holds no pipe of ours: output goes to a file
        with (self.root / "said.txt").open("w+b") as said:
            done = subprocess.run(command, stdout=said, stderr=said, env=environment, timeout=400, check=False)
            said.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, said.read().decode())

    @property
    def release(self) -> Path:
        return (self.prefix / "current").resolve()

    def answers(self) -> bool:
        url = json.loads((self.data / "station.json").read_text())["url"]
        try:
            urllib.request.urlopen(f"{url}/api/v1/me", timeout=10)
        except HTTPError as refusal:
            return refusal.code == 401
        return False

    def stop(self) -> None:
        pid = self.root / "run/loa-station.pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path / "root")
    yield made
    made.stop()


def environment_that_cannot_serve(folder: Path) -> Path:
    """A release that migrates well and then does not answer: what an upgrade that fails looks like."""
    (folder / "bin").mkdir(parents=True)
    loa = folder / "bin/loa"
    loa.write_text(
        f'#!/bin/sh\ncase "$1" in serve) [ "$2" = --help ] && exit 0; exit 3 ;; esac\nexec {ENVIRONMENT}/bin/loa "$@"\n'
    )
    loa.chmod(0o755)
    return folder


def environment_that_cannot_migrate(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    loa = folder / "bin/loa"
    loa.write_text(
        f'#!/bin/sh\n[ "$1" = migrate ] && {{ echo "không biết lược đồ" >&2; exit 1; }}\nexec {ENVIRONMENT}/bin/loa "$@"\n'
    )
    loa.chmod(0o755)
    return folder


@pytest.mark.timeout(500)
@pytest.mark.skipif(shutil.which("setsid") is None, reason="util-linux is not installed")
@pytest.mark.long
def test_installed_upgraded_and_back(machine, tmp_path):
    done = machine.install("--environment", str(ENVIRONMENT))
    assert done.returncode == 0, done.stdout
    assert machine.answers()
    assert (machine.data / "setup-code").exists()
    assert machine.data.stat().st_mode & 0o077 == 0
    first = machine.release

    # a release that cannot read the data is found out on a copy: the station has not noticed
    pid = (machine.root / "run/loa-station.pid").read_text()
    done = machine.install("--environment", str(environment_that_cannot_migrate(tmp_path / "blind")))
    assert done.returncode == 1
    assert "không có gì thay đổi" in done.stdout
    assert machine.release == first
    assert (machine.root / "run/loa-station.pid").read_text() == pid
    assert machine.answers()

    # one that does not answer is left again, with the data as it was
    code = (machine.data / "port").read_text()
    done = machine.install("--environment", str(environment_that_cannot_serve(tmp_path / "dumb")), answer_s=4)
    assert done.returncode == 1
    assert "đã chạy lại với dữ liệu như trước" in done.stdout, done.stdout
    assert machine.release == first
    assert machine.answers()
    assert (machine.data / "port").read_text() == code
    assert list(machine.data.parent.glob("loa-station.aside-*"))

    # a good one stays, whatever failed ones there are the way back too, and it can be taken by hand
    for failed in ("x1", "x2", "x3"):
        first.with_name(f"{first.name}-{failed}").mkdir()
    done = machine.install("--environment", str(ENVIRONMENT))
    assert done.returncode == 0, done.stdout
    assert machine.release != first
    assert machine.answers()
    done = machine.install("--back")
    assert done.returncode == 0, done.stdout
    assert machine.release == first
    assert machine.answers()
    assert machine.install("--back").returncode == 1  # there is nothing before it
