"""What a station was doing goes on after it was stopped or killed; the process itself behaves."""

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from server.tables import Production, ProductionStatus
from tests.waiting import LONGEST_S, wait_until

WAITING = " ".join(f"CHỜ câu số {word}." for word in ("một", "hai", "ba", "bốn"))
"""It is not said before the test makes a file `go`."""


def rendering(commune, text):
    """A bulletin whose audio is being made."""
    bulletin = commune.bulletin(text=text)
    path = f"/versions/{bulletin['version']['id']}/production"
    commune.call("canbo", "POST", path)
    wait_until(lambda: commune.call("canbo", "GET", path)["status"] == "rendering")
    return bulletin


def test_a_half_made_production_is_finished_after_a_restart(commune, make_app, tmp_path):
    version = rendering(commune, WAITING)["version"]["id"]
    commune.client.__exit__(None, None, None)  # the station stops in the middle
    (tmp_path / "go").touch()
    with TestClient(make_app()) as client:
        again = type(commune)(client, commune.settings, commune.air, commune.tokens)
        state = again.wait_ready(version)
        assert state["status"] == "ready"
        assert (commune.settings.audio_dir / f"{state['sha256']}.opus").stat().st_size == state["bytes"]
        assert not [p for p in commune.settings.audio_dir.iterdir() if p.name.startswith(".tmp-")]


def test_what_a_killed_process_left_is_taken_up(commune, make_app):
    version = commune.bulletin()["version"]["id"]
    with commune.station().database.write() as session:  # as kill -9 leaves it
        session.add(
            Production(
                version_id=version, edit_count=0, voice="thu", status=ProductionStatus.RENDERING, done=1, total=3
            )
        )
    with TestClient(make_app()) as client:
        again = type(commune)(client, commune.settings, commune.air, commune.tokens)
        assert again.wait_ready(version)["done"] == 3


def test_an_edit_during_rendering_cancels_it(commune, tmp_path):
    bulletin = rendering(commune, WAITING)
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]["id"]
    commune.call("canbo", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": "Câu khác"})

    def states():
        with commune.station().database.read() as session:
            return {p.edit_count: p.status for p in session.exec(select(Production))}

    wait_until(lambda: states()[0] is ProductionStatus.CANCELLED)
    (tmp_path / "go").touch()
    commune.ready(version)
    assert states() == {0: ProductionStatus.CANCELLED, 1: ProductionStatus.READY}


class Process:
    """`loa serve` as its own process."""

    def __init__(self, data):
        self.data, self.about = data, data / "station.json"
        self.child = None

    def start(self):
        arguments = [
            sys.executable,
            "-m",
            "loa",
            "serve",
            "--data",
            str(self.data),
            "--port",
            "0",
            "--broker",
            "iotcore",
        ]
        self.child = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.child.stdout.readline()
        about = json.loads(self.about.read_text())
        assert about["url"] in line
        assert about["pid"] == self.child.pid
        return about

    def end(self, how):
        self.child.send_signal(how)
        self.child.stdout.close()
        return self.child.wait(LONGEST_S)


@pytest.fixture
def process(tmp_path):
    made = Process(tmp_path / "data")
    yield made
    if made.child and made.child.poll() is None:
        made.end(signal.SIGKILL)


@pytest.mark.timeout(400)
def test_the_process_comes_back_on_its_port_after_kill(process):
    about = process.start()
    code = process.data / "setup-code"
    assert code.stat().st_mode & 0o777 == 0o600
    assert about["broker"] == "iotcore"
    body = {
        "setup_code": code.read_text().strip(),
        "commune": {"name": "Xã Khuổi Nằn"},
        "people": [
            {"username": "hoa", "name": "Hoa", "role": "officer", "password": "mật khẩu dài"},
            {"username": "khue", "name": "Khuê", "role": "leader", "password": "mật khẩu dài"},
        ],
    }
    httpx.post(f"{about['url']}/api/v1/setup", json=body, timeout=LONGEST_S).raise_for_status()
    second = subprocess.run(
        [sys.executable, "-m", "loa", "serve", "--data", str(process.data)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 1
    assert "đang chạy" in second.stderr
    process.end(signal.SIGKILL)
    again = process.start()
    assert again["url"] == about["url"]
    me = {"username": "hoa", "password": "mật khẩu dài"}
    answer = httpx.post(f"{again['url']}/api/v1/sign-in", json=me, timeout=LONGEST_S)
    assert answer.json()["person"]["name"] == "Hoa"
    assert process.end(signal.SIGTERM) == 0
    assert not process.about.exists()
    assert os.listdir(process.data / "audio") == []  # noqa: PTH208
