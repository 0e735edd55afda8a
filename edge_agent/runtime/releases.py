"""Updates: a signed package becomes a release beside the running one; a release that does not prove itself is left again.

A release is a folder with its own environment under `PREFIX/releases`; `PREFIX/current` points to the one in use. The package is a
tar file of wheels, named by its SHA-256 inside a signed command, so no other bytes are ever installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field

from edge_agent.errors import PermanentError, TransientError
from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOrder, FetchOutcome, Lane, Task
from edge_agent.runtime.trial import GUARD, Trials
from protocol.ids import Sha256
from protocol.messages import CommandResult

log = structlog.get_logger(__name__)

PROBATION_S = 900.0
"""A new release must have spoken with the station within this time of its start."""
ROOM = 8
"""An environment is so many times as large as its package, at most."""
IDLE_TRIES = 4
"""So often a package is asked for without one more byte of it coming."""
_INSTALL_S = 1_800
_CHECK_S = 120
_QUIETLY = ("nice", "-n", "19")
"""The agent goes before its neighbours, so that no sound stutters; what it starts must not."""


class UpdateArgs(BaseModel):
    """`update`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")
    sha256: Sha256
    bytes: int = Field(gt=0, le=300_000_000)
    urls: tuple[str, ...] = Field(min_length=1, max_length=5)


@dataclass(frozen=True)
class Releases:
    """The folder of releases. `install` makes one from a folder of wheels, `check` proves that it is that version and can run."""

    trials: Trials
    install: Callable[[Path, Path], None]
    check: Callable[[Path, str], None]

    def adopt(self, version: str, package: Path) -> None:
        """Install, check, switch. Nothing changes before the check has passed; raises PermanentError if it does not."""
        self._clean()
        releases = self.trials.prefix / "releases"
        release = releases / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{version}"
        try:
            with self._unpacked(package) as wheels:
                self.install(release, wheels)
            self.check(release, version)
        except (tarfile.TarError, OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(release, ignore_errors=True)
            raise PermanentError(f"Bản {version} không cài được, máy giữ bản đang chạy: {_words(error)}") from error
        os.sync()  # pip syncs nothing: a release of empty files must not be what the power comes back to
        self.trials.open(release)
        log.info("release installed", release=release.name)

    @contextmanager
    def _unpacked(self, package: Path) -> Iterator[Path]:
        """The package's files, on the disk: a temporary folder may be memory, of which a box has little."""
        folder = self.trials.prefix / "incoming"
        if shutil.disk_usage(self.trials.prefix).free < ROOM * package.stat().st_size:
            raise OSError("thẻ nhớ không đủ chỗ")
        try:
            with tarfile.open(package) as bundle:
                bundle.extractall(folder, filter="data")
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _clean(self) -> None:
        """Delete what is neither in use nor the way back: older releases, and what the power cut short."""
        trial = self.trials.trial()
        kept = {self.trials.current, Path(sys.prefix).resolve()}
        if trial is not None:
            kept.add(Path(trial.previous).resolve())
        for found in (self.trials.prefix / "releases").iterdir():
            if found.resolve() not in kept:
                shutil.rmtree(found, ignore_errors=True)
        shutil.rmtree(self.trials.prefix / "incoming", ignore_errors=True)


class Probation:
    """Watches a release that has still to prove itself. `step` is called about once a second."""

    def __init__(self, trials: Trials, give_up: Callable[[], None]) -> None:
        self._trials = trials
        self._give_up = give_up
        self._until_mono_s = time.monotonic() + PROBATION_S if trials.trial() is not None else None

    def step(self, *, healthy: bool) -> None:
        """`healthy`: station and agent have understood each other in this life."""
        if self._until_mono_s is None:
            return
        if healthy:
            self._until_mono_s = None
            if self._trials.prove():
                log.info("release proven", release=self._trials.current.name)
        elif time.monotonic() > self._until_mono_s:
            self._until_mono_s = None
            log.error("release was not heard in time, going back", release=self._trials.current.name)
            if self._trials.leave():
                self._give_up()


def update_act(
    releases: Releases,
    bring: Callable[[FetchOrder], FetchOutcome],
    library: FolderLibrary,
    *,
    pause_s: float = 20.0,
) -> Callable[[Task], CommandResult]:
    """The command `update`: fetch, check the hash, install, switch. The next start of the process is the new release.

    Forty megabytes break off on a mobile line: it is tried again after `pause_s`, for as long as more of them comes.
    """
    turn = threading.Lock()

    def persistently(order: FetchOrder) -> FetchOutcome:
        part, had, idle = library.part(order.sha256), -1, 0
        while (outcome := bring(order)) in {FetchOutcome.FAILED, FetchOutcome.GAVE_WAY} and idle < IDLE_TRIES:
            have = part.stat().st_size if part.exists() else 0
            idle = 0 if have > had or outcome is FetchOutcome.GAVE_WAY else idle + 1
            had = have
            time.sleep(pause_s)
        return outcome

    def act(task: Task) -> CommandResult:
        args = UpdateArgs.model_validate(task.args)
        if not turn.acquire(blocking=False):
            raise TransientError("Máy đang cài một bản khác. Hãy chờ lệnh đó xong.")
        try:
            outcome = persistently(FetchOrder(args.sha256, args.bytes, args.urls, Lane.BULK))
            if outcome is not FetchOutcome.DONE:  # what has come stays: the command, given once more, goes on there
                raise TransientError(f"Không tải được bản {args.version}: {outcome}")
            try:
                releases.adopt(args.version, library.path(args.sha256))
            finally:
                library.discard(args.sha256)
        finally:
            turn.release()
        return CommandResult(command_id=task.command_id, ok=True, data={"version": args.version})

    return act


def installed_prefix() -> Path | None:
    """Where this process's release lives, if it was installed as one, we may replace it, and something outside it leads back."""
    release = Path(sys.prefix).resolve()
    prefix = release.parent.parent
    ours = release.parent.name == "releases" and (prefix / "current").is_symlink() and (prefix / GUARD).is_file()
    return prefix if ours and os.access(prefix, os.W_OK) else None


def pip_install(release: Path, wheels: Path) -> None:
    """A new environment from these wheels and nothing else."""
    _run([sys.executable, "-m", "venv", str(release)], _INSTALL_S)
    # Not compiled: what the agent needs is, when the check loads it; the rest would be half of the work and a fifth of the room.
    offline = ["--isolated", "--quiet", "--no-cache-dir", "--no-compile", "--no-index", "--find-links", str(wheels)]
    _run([str(release / "bin" / "python"), "-m", "pip", "install", *offline, "loa-lang[edge]"], _INSTALL_S)


_VERSION = """
import edge_agent.runtime.assembly, edge_agent.sound.card, edge_agent.sound.wav, importlib.metadata
print(importlib.metadata.version("loa-lang"))
"""


def doctor_check(state: Path) -> Callable[[Path, str], None]:
    """The new release is the version that was ordered, all of it can be loaded, and it can examine this box."""

    def check(release: Path, version: str) -> None:
        found = _run([str(release / "bin" / "python"), "-I", "-c", _VERSION], _CHECK_S).strip()
        if found != version:
            raise OSError(f"trong gói là bản {found}")
        doctor = [*_QUIETLY, str(release / "bin" / "loa"), "agent", "doctor", "--state", str(state), "--json"]
        done = subprocess.run(
            doctor, capture_output=True, text=True, timeout=_CHECK_S, check=False
        )  # 1: the box is not well
        try:
            json.loads(done.stdout)
        except ValueError as error:
            raise OSError(f"doctor: {done.stderr.strip()[-200:]}") from error

    return check


def _run(command: list[str], timeout_s: float) -> str:
    """Its standard output."""
    return subprocess.run([*_QUIETLY, *command], capture_output=True, text=True, timeout=timeout_s, check=True).stdout


def _words(error: Exception) -> str:
    """The last line that a program said, or the error itself."""
    said = str(error.stderr or "").strip() if isinstance(error, subprocess.CalledProcessError) else ""
    return said.splitlines()[-1][:200] if said else str(error)
