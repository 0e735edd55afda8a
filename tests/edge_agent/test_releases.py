"""Updates: only what a signed command names is installed, and what does not work is left again, wherever the power fails."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from edge_agent.errors import PermanentError, TransientError
from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOutcome, Task
from edge_agent.runtime import releases as module
from edge_agent.runtime import trial as guard
from edge_agent.runtime.releases import Probation, Releases, update_act
from edge_agent.runtime.trial import GUARD, MAX_STARTS, Trials
from tests.edge_agent.sounds import name_of

ROOT = Path(__file__).parents[2]


def bundle(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as found:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            found.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def trials(tmp_path):
    prefix = tmp_path / "opt"
    (prefix / "releases" / "first").mkdir(parents=True)
    (prefix / "current").symlink_to(prefix / "releases" / "first")
    shutil.copy(guard.__file__, prefix / GUARD)
    return Trials(prefix)


@pytest.fixture
def releases(trials):
    def install(release: Path, wheels: Path) -> None:
        release.mkdir()
        for wheel in wheels.iterdir():
            (release / wheel.name).write_bytes(wheel.read_bytes())

    def check(release: Path, version: str) -> None:
        if (release / "broken").exists():
            raise OSError(f"{version} does not run")

    return Releases(trials, install, check)


@pytest.fixture
def package(tmp_path):
    def make(**files: bytes) -> Path:
        path = tmp_path / "package.tar"
        path.write_bytes(bundle(**files))
        return path

    return make


def names(releases: Releases) -> set[str]:
    return {found.name for found in (releases.trials.prefix / "releases").iterdir()}


def test_a_good_release_is_taken_and_proves_itself(releases, trials, package):
    releases.adopt("2.0", package(wheel=b"new"))
    assert (trials.current / "wheel").read_bytes() == b"new"
    assert trials.begin() is None
    Probation(trials, lambda: pytest.fail("gave up")).step(healthy=True)
    assert trials.trial() is None
    assert [trials.begin() for _ in range(MAX_STARTS + 2)] == [None] * (MAX_STARTS + 2)
    assert (trials.current / "wheel").exists()


@pytest.mark.parametrize(
    "content",
    [b"not a tar", bundle(broken=b"1"), bundle(**{"../../evil": b"1"})],
    ids=["no tar", "does not run", "out of its folder"],
)
def test_a_bad_package_changes_nothing(releases, trials, tmp_path, content):
    path = tmp_path / "bad.tar"
    path.write_bytes(content)
    with pytest.raises(PermanentError, match="giữ bản đang chạy"):
        releases.adopt("2.0", path)
    assert trials.current.name == "first"
    assert names(releases) == {"first"}
    assert not list(tmp_path.rglob("evil"))
    assert not (trials.prefix / "incoming").exists()


def test_a_release_that_keeps_crashing_is_left_by_what_is_outside_of_it(releases, trials, package):
    releases.adopt("2.0", package(wheel=b"new"))
    starts = 0
    while trials.current.name != "first":
        starts += 1
        said = subprocess.run(
            [sys.executable, "-I", str(trials.prefix / GUARD), str(trials.prefix)],
            capture_output=True,
            text=True,
            check=True,
        ).stderr
    assert starts == MAX_STARTS + 1
    assert "in vain" in said
    assert trials.begin() is None
    assert trials.current.name == "first"


def test_a_release_that_nobody_hears_is_left(releases, trials, package, monkeypatch):
    monkeypatch.setattr(module, "PROBATION_S", -1.0)
    releases.adopt("2.0", package(wheel=b"new"))
    given_up = []
    Probation(trials, lambda: given_up.append(True)).step(healthy=False)
    assert given_up == [True]
    assert trials.current.name == "first"


def test_the_way_back_leads_to_the_last_good_one_over_any_number_of_bad_ones(releases, trials, package):
    for number in range(3):
        releases.adopt(f"2.{number}", package(wheel=b"%d" % number))
    assert (trials.current / "wheel").read_bytes() == b"2"
    assert len(names(releases)) == 3, "the first, the one that was running, the newest"
    assert trials.leave()
    assert trials.current.name == "first"


def test_a_way_back_that_is_gone_is_not_taken(releases, trials, package):
    releases.adopt("2.0", package(wheel=b"new"))
    (trials.prefix / "releases" / "first").rmdir()
    assert not trials.leave()
    assert (trials.current / "wheel").exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b'{"release": 5}', b'{"release": "x", "previous": "y", "more": 1}']
)
def test_a_damaged_note_of_the_trial_stops_nothing(trials, damage):
    (trials.prefix / "trial.json").write_bytes(damage)
    assert trials.begin() is None
    assert trials.current.name == "first"


def test_older_releases_and_halves_go_and_what_is_needed_stays(releases, trials, package):
    (trials.prefix / "releases" / "half").mkdir()
    (trials.prefix / "incoming").mkdir()
    (trials.prefix / "incoming" / "wheel").write_bytes(b"half")
    releases.adopt("2.0", package(other=b"new"))
    assert names(releases) == {"first", trials.current.name}
    assert not (trials.current / "wheel").exists()


def test_a_card_without_room_is_left_as_it_is(releases, package, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 10**15)
    with pytest.raises(PermanentError, match="không đủ chỗ"):
        releases.adopt("2.0", package(wheel=b"new"))
    assert names(releases) == {"first"}


class PowerCutError(BaseException):
    """Nothing in between may catch it."""


def power_cuts(monkeypatch, at: int) -> list[str]:
    """The power fails before the step with that number of all that change the disk; the steps made."""
    made: list[str] = []

    def stop_before(owner, name):
        real = getattr(owner, name)

        def step(*args, **kwargs):
            if len(made) == at:
                raise PowerCutError
            made.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, step)

    for owner, name in (
        (os, "sync"), (os, "fsync"), (Path, "replace"), (Path, "symlink_to"), (Path, "unlink"), (Path, "mkdir"),
        (Path, "write_bytes"), (tarfile.TarFile, "extractall"), (shutil, "rmtree"),
    ):  # fmt: skip
        stop_before(owner, name)
    return made


def test_wherever_the_power_fails_one_whole_release_is_in_use_and_the_way_back_is_there(
    releases, trials, package, tmp_path
):
    first = tmp_path / "first"
    shutil.copytree(trials.prefix, first, symlinks=True)
    file = package(wheel=b"new", second=b"new")
    for at in range(200):
        shutil.rmtree(trials.prefix)
        shutil.copytree(first, trials.prefix, symlinks=True)
        with pytest.MonkeyPatch.context() as patch:
            steps = power_cuts(patch, at)
            try:
                releases.adopt("2.0", file)
            except PowerCutError:
                whole = False
            else:
                whole = True
        if trials.current.name != "first":
            assert names(releases) == {"first", trials.current.name}
            assert {found.name for found in trials.current.iterdir()} == {"wheel", "second"}
            assert trials.trial() is not None, "in use, and not on trial"
            assert Path(trials.trial().previous).name == "first"
            assert steps.index("sync") < steps.index("symlink_to"), "in use before its files are on the disk"
        assert trials.begin() is None
        if whole:
            break
        releases.adopt("2.1", file)  # whatever was left lying about
        assert trials.current.name.endswith("2.1")
        assert len(names(releases)) <= 3
    assert whole
    assert at > 10


def test_wherever_the_power_fails_on_the_way_back_the_agent_can_be_started(releases, trials, package):
    releases.adopt("2.0", package(wheel=b"new"))
    new = trials.current
    for at in range(50):
        trials.open(new) if trials.current.name == "first" else None
        with pytest.MonkeyPatch.context() as patch:
            power_cuts(patch, at)
            try:
                trials.leave()
            except PowerCutError:
                whole = False
            else:
                whole = True
        assert trials.current in {new, trials.prefix / "releases" / "first"}
        if whole:
            break
    assert whole
    assert trials.current.name == "first"


def test_the_command_installs_the_bytes_it_names(releases, trials, tmp_path):
    library = FolderLibrary(tmp_path / "audio")
    data = bundle(wheel=b"new")

    def bring(order):
        if order.sha256 != name_of(data):
            return FetchOutcome.BAD_HASH
        library.path(order.sha256).write_bytes(data)
        return FetchOutcome.DONE

    act = update_act(releases, bring, library, pause_s=0.0)
    args = {"version": "2.0", "sha256": name_of(data), "bytes": len(data), "urls": ["/x"]}
    assert act(Task("c", "update", args)).ok
    assert (trials.current / "wheel").read_bytes() == b"new"
    assert library.files() == {}
    with pytest.raises(TransientError):
        act(Task("c", "update", args | {"sha256": "0" * 64}))


def test_a_package_that_breaks_off_is_gone_on_with_while_more_of_it_comes(trials, releases, tmp_path):
    data = bundle(wheel=b"new")
    library = FolderLibrary(tmp_path / "audio")
    part, tries = library.part(name_of(data)), []
    goal = len(data)

    def bring(order):
        """Two thousand bytes at a time; now and then none, or an emergency needs the line."""
        tries.append(part.stat().st_size if part.exists() else 0)
        if len(tries) % 3 == 0:
            return FetchOutcome.GAVE_WAY if len(tries) % 2 else FetchOutcome.FAILED
        part.write_bytes(data[: min(tries[-1] + 2000, goal)])
        return (
            FetchOutcome.DONE
            if part.stat().st_size == len(data) and library.take_in(order.sha256)
            else FetchOutcome.FAILED
        )

    act = update_act(releases, bring, library, pause_s=0.0)
    args = {"version": "2.0", "sha256": name_of(data), "bytes": len(data), "urls": ["/x"]}
    goal = 4000
    with pytest.raises(TransientError, match="Không tải được"):
        act(Task("c", "update", args))
    assert part.stat().st_size == goal  # for the next time
    goal = len(data)
    assert act(Task("d", "update", args)).ok
    assert sorted(tries) == tries
    assert (trials.current / "wheel").read_bytes() == b"new"
    assert library.files() == {}


def test_one_update_at_a_time(releases, tmp_path):
    library = FolderLibrary(tmp_path / "audio")
    begun, go_on = threading.Event(), threading.Event()

    def bring(_order):
        begun.set()
        go_on.wait(30)
        return FetchOutcome.FAILED

    act = update_act(releases, bring, library, pause_s=0.0)
    task = Task("c", "update", {"version": "2.0", "sha256": "0" * 64, "bytes": 5, "urls": ["/x"]})
    failures = []

    def first():
        try:
            act(task)
        except TransientError as error:
            failures.append(str(error))

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(TransientError, match="đang cài"):
        act(task)
    go_on.set()
    thread.join(30)
    assert failures
    assert "Không tải được" in failures[0]


@pytest.mark.parametrize(("says", "examines", "objection"), [
    ("echo 2.0", "echo {}", None),
    ("echo 1.9", "echo {}", "trong gói là bản 1.9"),
    ("echo 'ImportError: no such thing' >&2; exit 1", "echo {}", "no such thing"),
    ("echo 2.0", "echo Traceback >&2; exit 1", "doctor: Traceback"),
    ("echo 2.0", "echo '[]'; exit 1", None),  # a box that is not well can be updated
])  # fmt: skip
def test_a_release_must_be_the_version_that_was_ordered_and_able_to_look_at_this_box(
    tmp_path, says, examines, objection
):
    (tmp_path / "bin").mkdir()
    for name, words in (("python", says), ("loa", examines)):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    check = module.doctor_check(tmp_path / "state")
    if objection is None:
        check(tmp_path, "2.0")
    else:
        with pytest.raises((OSError, subprocess.CalledProcessError)) as caught:
            check(tmp_path, "2.0")
        assert objection in module._words(caught.value)


def test_the_name_of_a_package_is_that_of_its_bytes(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "loa_lang-1.2.3-py3-none-any.whl").write_bytes(b"w")
    (wheels / "other-1-py3-none-any.whl").write_bytes(b"o")
    made = [
        json.loads(
            subprocess.check_output(
                [str(ROOT / "scripts/edge-release"), "--wheels", str(wheels), "--out", str(tmp_path / out)], text=True
            )
        )
        for out in ("a", "b")
    ]
    assert made[0] == made[1]
    assert made[0]["version"] == "1.2.3"
    data = (tmp_path / "a" / "loa-agent-1.2.3-aarch64.tar").read_bytes()
    assert (made[0]["sha256"], made[0]["bytes"]) == (name_of(data), len(data))
