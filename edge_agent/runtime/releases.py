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
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.errors import PermanentError, TransientError
from edge_agent.identity import sync_folder, write_private
from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOrder, FetchOutcome, Lane, Task
from protocol.ids import Sha256
from protocol.messages import CommandResult

log = structlog.get_logger(__name__)

PROBATION_S = 900.0
"""A new release must have been heard by the broker within this time of its start."""
MAX_STARTS = 3
"""One that is started more often than this without having been heard is left."""
_INSTALL_S = 1_800
_CHECK_S = 120


class UpdateArgs(BaseModel):
    """`update`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")
    sha256: Sha256
    bytes: int = Field(gt=0, le=300_000_000)
    urls: tuple[str, ...] = Field(min_length=1, max_length=5)


class Trial(BaseModel):
    """`trial.json`: a release that has still to prove itself, and where to go back to."""

    release: str
    previous: str
    starts: int = 0


@dataclass(frozen=True)
class Releases:
    """The folder of releases. `install` makes a release from a folder of wheels, `check` proves that it can be run at all."""

    prefix: Path
    install: Callable[[Path, Path], None]
    check: Callable[[Path], None]

    @property
    def _trial(self) -> Path:
        return self.prefix / "trial.json"

    @property
    def current(self) -> Path:
        """The release in use."""
        return (self.prefix / "current").resolve()

    def adopt(self, version: str, package: Path) -> None:
        """Install, check, switch. Nothing changes before the check has passed; raises PermanentError if it does not."""
        name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{version}"
        release = self.prefix / "releases" / name
        with tempfile.TemporaryDirectory(prefix="loa-update-") as wheels:
            try:
                with tarfile.open(package) as bundle:
                    bundle.extractall(wheels, filter="data")
                self.install(release, Path(wheels))
                self.check(release)
            except (tarfile.TarError, OSError, subprocess.SubprocessError) as error:
                shutil.rmtree(release, ignore_errors=True)
                raise PermanentError(f"Bản {version} không cài được, máy giữ bản đang chạy: {error}") from error
        trial = Trial(release=str(release), previous=str(self.current))
        write_private(self._trial, trial.model_dump_json().encode())
        self._switch(release)
        log.info("release installed", release=name)

    def begin(self) -> bool:
        """A process starts: whether it may go on. False if the release in use has failed and the one before it is back."""
        trial = self.trial()
        if trial is None:
            return True
        if trial.starts >= MAX_STARTS:
            self.leave()
            return False
        counted = trial.model_copy(update={"starts": trial.starts + 1})
        write_private(self._trial, counted.model_dump_json().encode())
        return True

    def trial(self) -> Trial | None:
        """The release that has still to prove itself, if the one in use is it."""
        try:
            trial = Trial.model_validate_json(self._trial.read_bytes())
        except (OSError, ValidationError):
            return None
        return trial if Path(trial.release).resolve() == self.current else None

    def prove(self) -> None:
        """The release in use works."""
        if self.trial() is not None:
            log.info("release proven", release=self.current.name)
            self._trial.unlink()

    def leave(self) -> None:
        """Back to the release before."""
        trial = self.trial()
        if trial is not None and Path(trial.previous).is_dir():
            log.error("release failed, going back", release=trial.release, previous=trial.previous)
            self._switch(Path(trial.previous))
        self._trial.unlink(missing_ok=True)

    def _switch(self, release: Path) -> None:
        new = self.prefix / "current.new"
        new.unlink(missing_ok=True)
        new.symlink_to(release)
        new.replace(self.prefix / "current")
        sync_folder(self.prefix)


class Probation:
    """Watches a release that has still to prove itself. `step` is called about once a second."""

    def __init__(self, releases: Releases, give_up: Callable[[], None]) -> None:
        self._releases = releases
        self._give_up = give_up
        self._until_mono_s = time.monotonic() + PROBATION_S if releases.trial() is not None else None

    def step(self, *, heard: bool) -> None:
        """`heard`: the broker has us."""
        if self._until_mono_s is None:
            return
        if heard:
            self._releases.prove()
            self._until_mono_s = None
        elif time.monotonic() > self._until_mono_s:
            self._until_mono_s = None
            self._releases.leave()
            self._give_up()


def update_act(
    releases: Releases, bring: Callable[[FetchOrder], FetchOutcome], library: FolderLibrary
) -> Callable[[Task], CommandResult]:
    """The command `update`: fetch, check the hash, install, switch. The next start of the process is the new release."""

    def act(task: Task) -> CommandResult:
        args = UpdateArgs.model_validate(task.args)
        outcome = bring(FetchOrder(args.sha256, args.bytes, args.urls, Lane.BULK))
        if outcome is not FetchOutcome.DONE:
            raise TransientError(f"Không tải được bản {args.version}: {outcome}")
        try:
            releases.adopt(args.version, library.path(args.sha256))
        finally:
            library.discard(args.sha256)
        return CommandResult(command_id=task.command_id, ok=True, data={"version": args.version})

    return act


def installed_prefix() -> Path | None:
    """Where this process's release lives, if it was installed as one by scripts/install-edge and may be replaced by us."""
    release = Path(sys.prefix).resolve()
    prefix = release.parent.parent
    ours = release.parent.name == "releases" and (prefix / "current").is_symlink()
    return prefix if ours and os.access(prefix, os.W_OK) else None


def pip_install(release: Path, wheels: Path) -> None:
    """A new environment from these wheels and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", str(release)], check=True, timeout=_INSTALL_S)
    offline = ["--quiet", "--no-index", "--find-links", str(wheels)]
    command = [str(release / "bin" / "python"), "-m", "pip", "install", *offline, "loa-lang[edge]"]
    subprocess.run(command, check=True, timeout=_INSTALL_S)


def doctor_check(state: Path) -> Callable[[Path], None]:
    """The new release can examine this box: its code loads and reads what is on disk."""

    def check(release: Path) -> None:
        command = [str(release / "bin" / "loa"), "agent", "doctor", "--state", str(state), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_CHECK_S, check=False)
        try:
            json.loads(done.stdout)
        except ValueError as error:
            raise OSError(f"doctor: {done.stderr.strip()[-200:]}") from error

    return check
