"""The real agent in the simulated world: no violation, the same history for the same seed, and known bugs are caught."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import edge_agent
from loa.chaos import history as h
from loa.chaos.fleet import HISTORY, REPORT, run
from loa.chaos.verdict import Report

BUGS = sorted(Path(__file__).with_name("bugs").glob("*.patch"))
QUICK = ("emergency-waits",)
SEEDS = (1, 2, 3, 4, 5)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 6))
def test_ten_device_days(seed, tmp_path):
    report = run(seed, devices=5, hours=48, out=tmp_path)
    assert report.violations == ()
    assert report.device_days == 10
    assert report.jobs >= 200
    assert report.played >= report.jobs / 3
    records = list(h.read(tmp_path / HISTORY))
    heard = {record.key for record in records if isinstance(record, h.Sound)}
    urgent = {
        (r.job_id, r.attempt) for r in records if isinstance(r, h.Ordered) and r.priority == 1 and r.device is None
    }
    assert heard & urgent
    assert {flaw for r in records if isinstance(r, h.Message) and (flaw := r.flaw)} == {
        "expired",
        "tampered",
        "wrong_key",
        "wrong_role",
    }
    assert {r.cause for r in records if isinstance(r, h.Running)} == {"power", "crash"}


@pytest.mark.parametrize(("seed", "devices", "hours"), [(911, 1, 1), (7, 1, 0.5), (-5, 2, 6)])
def test_a_short_world_is_a_world(seed, devices, hours, tmp_path):
    """Orders, an emergency among them, and something to hear: also in an hour of one device."""
    report = run(seed, devices, hours, tmp_path)
    assert report.violations == ()
    assert report.jobs >= 20 * report.device_days
    assert report.played
    assert any(isinstance(r, h.Ordered) and r.priority == 1 and r.device is None for r in h.read(tmp_path / HISTORY))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1000, 1040))
def test_a_thousand_device_days(seed, tmp_path):
    report = run(seed, devices=5, hours=120, out=tmp_path)
    assert report.violations == ()
    assert report.device_days == 25


@pytest.mark.timeout(600)
def test_the_same_seed_tells_the_same_story(tmp_path):
    prints = []
    for turn in ("first", "second"):
        run(77, devices=2, hours=12, out=tmp_path / turn)
        prints.append([hashlib.sha256((tmp_path / turn / name).read_bytes()).hexdigest() for name in (HISTORY, REPORT)])
    run(78, devices=2, hours=12, out=tmp_path / "third")
    assert prints[0] == prints[1]
    assert (tmp_path / "third" / HISTORY).read_bytes() != (tmp_path / "first" / HISTORY).read_bytes()


def with_bug(bug: Path, seed: int, folder: Path, *, devices: int = 6, hours: int = 48) -> tuple[str, Report]:
    """The fault that the patch promises, and the verdict on a fleet of agents that have the bug."""
    shutil.copytree(
        Path(edge_agent.__file__).parent, folder / "edge_agent", ignore=shutil.ignore_patterns("__pycache__")
    )
    subprocess.run(["git", "apply", str(bug)], cwd=folder, check=True)
    script = (
        "import sys; from pathlib import Path; import edge_agent; from loa.chaos.fleet import run;"
        "assert Path(edge_agent.__file__).parent.parent == Path.cwd();"
        "print(run(*map(int, sys.argv[1:]), Path('out')).model_dump_json())"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(seed), str(devices), str(hours)],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    expected = bug.read_text(encoding="utf-8").splitlines()[0].removeprefix("Caught as: ")
    return expected, Report.model_validate(json.loads(done.stdout))


def test_there_are_ten_bugs():
    assert len(BUGS) >= 10
    assert {bug.stem for bug in BUGS} >= set(QUICK)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.stem)
def test_a_bug_still_fits_the_agent(bug, tmp_path):
    shutil.copytree(Path(edge_agent.__file__).parent, tmp_path / "edge_agent")
    done = subprocess.run(["git", "apply", str(bug)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.stem in QUICK], ids=lambda bug: bug.stem)
def test_a_bug_is_caught(bug, tmp_path):
    """By a small fleet in a day, on one of a few seeds; by a larger one in two days on each of them: in test-long."""
    for seed in SEEDS:
        expected, report = with_bug(bug, seed, tmp_path / str(seed), devices=3, hours=24)
        if expected in {violation.fault for violation in report.violations}:
            return
    raise AssertionError(f"nobody saw {bug.stem}")


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.stem)
def test_every_bug_is_caught_on_five_seeds(bug, seed, tmp_path):
    expected, report = with_bug(bug, seed, tmp_path)
    assert not report.ok
    assert expected in {violation.fault for violation in report.violations}
