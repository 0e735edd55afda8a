"""Updates: only what a signed command names is installed, and what does not work is left again."""

import io
import tarfile
from pathlib import Path

import pytest

from edge_agent.errors import PermanentError, TransientError
from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOutcome, Task
from edge_agent.runtime import releases as module
from edge_agent.runtime.releases import MAX_STARTS, Probation, Releases, update_act
from tests.edge_agent.sounds import name_of


def bundle(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as found:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            found.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def releases(tmp_path):
    prefix = tmp_path / "opt"
    (prefix / "releases" / "first").mkdir(parents=True)
    (prefix / "current").symlink_to(prefix / "releases" / "first")

    def install(release: Path, wheels: Path) -> None:
        release.mkdir()
        for wheel in wheels.iterdir():
            (release / wheel.name).write_bytes(wheel.read_bytes())

    def check(release: Path) -> None:
        if (release / "broken").exists():
            raise OSError("it does not run")

    return Releases(prefix, install, check)


@pytest.fixture
def package(tmp_path):
    def make(**files: bytes) -> Path:
        path = tmp_path / "package.tar"
        path.write_bytes(bundle(**files))
        return path

    return make


def test_a_good_release_is_taken_and_proves_itself(releases, package):
    releases.adopt("2.0", package(wheel=b"new"))
    assert (releases.current / "wheel").read_bytes() == b"new"
    assert releases.begin()
    Probation(releases, lambda: pytest.fail("gave up")).step(heard=True)
    assert releases.trial() is None
    assert releases.begin()


@pytest.mark.parametrize("content", [b"not a tar", bundle(broken=b"1"), bundle(**{"../../evil": b"1"})])
def test_a_bad_package_changes_nothing(releases, tmp_path, content):
    path = tmp_path / "bad.tar"
    path.write_bytes(content)
    with pytest.raises(PermanentError, match="giữ bản đang chạy"):
        releases.adopt("2.0", path)
    assert releases.current.name == "first"
    assert [found.name for found in (releases.prefix / "releases").iterdir()] == ["first"]
    assert not (tmp_path / "evil").exists()


def test_a_release_that_keeps_crashing_is_left(releases, package):
    releases.adopt("2.0", package(wheel=b"new"))
    assert [releases.begin() for _ in range(MAX_STARTS + 1)] == [True] * MAX_STARTS + [False]
    assert releases.current.name == "first"
    assert releases.begin()


def test_a_release_that_nobody_hears_is_left(releases, package, monkeypatch):
    monkeypatch.setattr(module, "PROBATION_S", -1.0)
    releases.adopt("2.0", package(wheel=b"new"))
    given_up = []
    Probation(releases, lambda: given_up.append(True)).step(heard=False)
    assert given_up == [True]
    assert releases.current.name == "first"


def test_the_command_installs_the_bytes_it_names(releases, tmp_path):
    library = FolderLibrary(tmp_path / "audio")
    data = bundle(wheel=b"new")

    def bring(order):
        if order.sha256 != name_of(data):
            return FetchOutcome.BAD_HASH
        library.path(order.sha256).write_bytes(data)
        return FetchOutcome.DONE

    act = update_act(releases, bring, library)
    args = {"version": "2.0", "sha256": name_of(data), "bytes": len(data), "urls": ["/x"]}
    assert act(Task("c", "update", args)).ok
    assert (releases.current / "wheel").read_bytes() == b"new"
    assert library.files() == {}
    with pytest.raises(TransientError):
        act(Task("c", "update", args | {"sha256": "0" * 64}))
