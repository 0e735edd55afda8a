"""The speaker's package and units: what is in them, and that the tools that will read them accept them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [
    "install-edge", "install-station", "edge-wheels", "edge-release", "build-deb", "edge/set-up", "edge/deb/postinst",
    "edge/deb/prerm", "edge/deb/postrm",
]  # fmt: skip
UNITS = ["edge/loa-agent.service", "edge/loa-agent-enrol.service", "station/loa-station.service"]
MOST_EXPOSED = 30
"""Tenths of what `systemd-analyze security` calls 10 (unsafe); an ordinary service has 96."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_sound(script):
    path = ROOT / "scripts" / script
    shell = path.read_text().splitlines()[0].removeprefix("#!/usr/bin/env ").removeprefix("#!/bin/")
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0
    assert path.stat().st_mode & 0o111
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_one_that_systemd_takes(unit, tmp_path):
    text = (ROOT / "scripts" / unit).read_text()
    here = tmp_path / Path(unit).name
    here.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", re.sub(r"(?m)^Documentation=.*$", "", text)))
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(here)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown" not in judged.stderr and "unrecognized" not in judged.stderr:  # older ones judge only what runs
        assert judged.returncode == 0, judged.stdout[-300:]


def test_the_agent_runs_as_nobody_in_particular_and_is_watched():
    text = (ROOT / "scripts/edge/loa-agent.service").read_text()
    for line in ("User=loa-agent", "Type=notify", "NoNewPrivileges=yes", "SocketBindDeny=any", "Restart=always"):
        assert f"\n{line}\n" in text
    assert int(re.search(r"WatchdogSec=(\d+)", text)[1]) <= 60


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")
def test_what_is_in_the_package(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "loa_lang-1.2.3-py3-none-any.whl").write_bytes(b"w" * 1000)
    subprocess.run(
        [str(ROOT / "scripts/build-deb"), "--arch", "arm64", "--wheels", str(wheels), "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    package = tmp_path / "loa-agent_1.2.3_arm64.deb"
    fields = subprocess.run(["dpkg-deb", "--field", str(package)], capture_output=True, text=True, check=True).stdout
    assert "Version: 1.2.3\nArchitecture: arm64\n" in fields
    assert "python3 (>= 3.11)" in fields
    listing = subprocess.run(
        ["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 5) for line in listing.splitlines()]
    for part in (
        "./usr/lib/systemd/system/loa-agent.service",
        "./usr/lib/systemd/system/loa-agent-enrol.service",
        "./usr/lib/loa-agent/set-up",
        "./usr/lib/loa-agent/wheels/loa_lang-1.2.3-py3-none-any.whl",
        "./usr/share/doc/loa-agent/copyright",
    ):
        assert any(row[5] == part for row in rows), part
    assert any(row[5] == "./usr/bin/loa -> /opt/loa/current/bin/loa" for row in rows)
    assert {row[1] for row in rows} == {"root/root"}
    assert not [row[5] for row in rows if row[0][8] == "w" and row[0][0] != "l"]  # nothing that anybody may write
    control = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", str(package), str(control)], check=True)
    assert sorted(path.name for path in control.iterdir()) == ["control", "postinst", "postrm", "prerm"]
    assert all(path.stat().st_mode & 0o111 for path in control.iterdir() if path.name != "control")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")
def test_the_whole_package_is_small_enough_and_its_program_examines_a_box(tmp_path):
    """Real wheels for this machine, unpacked and installed from nothing but what the package brings."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[subprocess.check_output(["uname", "-m"], text=True).strip()]
    python = subprocess.check_output(
        ["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True
    ).strip()
    done = subprocess.run(
        [str(ROOT / "scripts/build-deb"), "--arch", machine, "--python", python, "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    package = next(tmp_path.glob("*.deb"))
    assert package.stat().st_size < 120_000_000
    subprocess.run(["dpkg-deb", "-x", str(package), str(tmp_path / "root")], check=True)
    environment = tmp_path / "environment"
    subprocess.run(["python3", "-m", "venv", str(environment)], check=True)
    offline = ["--quiet", "--isolated", "--no-index", "--find-links", str(tmp_path / "root/usr/lib/loa-agent/wheels")]
    subprocess.run([str(environment / "bin/python"), "-m", "pip", "install", *offline, "loa-lang[edge]"], check=True)
    doctor = [str(environment / "bin/loa"), "agent", "doctor", "--state", str(tmp_path / "state")]
    examined = subprocess.run(doctor, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert examined.returncode == 1  # a box that is not enrolled is not well
    assert "Máy này chưa được đăng ký" in examined.stdout
    assert not examined.stderr
