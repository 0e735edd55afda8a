"""A release that has still to prove itself, and the way back from it: `PREFIX/current`, and `PREFIX/trial.json` beside it.

Standard library only, and a program by itself: a copy of this file lies at `PREFIX/trial.py`, outside every release, and systemd
runs it before each start of the agent. A release that cannot even be imported could not count its own starts.
"""

import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MAX_STARTS = 3
"""A release that is started more often than this without having proved itself is left."""
GUARD = "trial.py"
"""The copy's name. It is never replaced by an update: what leads back must not come from what is on trial."""


@dataclass(frozen=True)
class Trial:
    """Which release is on trial, where to go back to, and how often it was started. Its JSON is what an older guard reads, too."""

    release: str
    previous: str
    starts: int = 0


class Trials:
    """The two files under `prefix`. Each change is on disk when the method returns; the power may fail between any two of them."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self._file = prefix / "trial.json"

    @property
    def current(self) -> Path:
        """The release in use."""
        return (self.prefix / "current").resolve()

    def trial(self) -> Trial | None:
        """The trial of the release in use; None if it has none to stand. A damaged file is no trial: what runs goes on running."""
        try:
            found = Trial(**json.loads(self._file.read_bytes()))
            return found if Path(found.release).resolve() == self.current else None
        except (OSError, ValueError, TypeError):
            return None

    def open(self, release: Path) -> None:
        """Switch to `release`, on trial: the way back is on disk before the step is made."""
        ongoing = self.trial()
        good = self.current if ongoing is None else Path(ongoing.previous)  # what is itself on trial is not good yet
        self._write(Trial(release=str(release), previous=str(good)))
        self._switch(release)

    def begin(self) -> Trial | None:
        """The agent is about to be started: count that. The trial that was left, if its release had its starts and is given up."""
        trial = self.trial()
        if trial is None:
            return None
        if trial.starts >= MAX_STARTS:
            return trial if self.leave() else None
        self._write(replace(trial, starts=trial.starts + 1))
        return None

    def prove(self) -> bool:
        """The release in use works; whether that ended a trial."""
        proven = self.trial() is not None
        if proven:
            self._forget()
        return proven

    def leave(self) -> bool:
        """Back to the release before; False if there is none to go back to."""
        trial = self.trial()
        possible = trial is not None and Path(trial.previous).is_dir()
        if trial is not None and possible:
            self._switch(Path(trial.previous))
        self._forget()
        return possible

    def _switch(self, release: Path) -> None:
        new = self.prefix / "current.new"
        new.unlink(missing_ok=True)
        new.symlink_to(release)
        new.replace(self.prefix / "current")
        _sync(self.prefix)

    def _write(self, trial: Trial) -> None:
        part = self._file.with_suffix(".part")
        with part.open("w") as file:
            json.dump(asdict(trial), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)
        _sync(self.prefix)

    def _forget(self) -> None:
        self._file.unlink(missing_ok=True)
        _sync(self.prefix)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main() -> None:
    """`python3 trial.py PREFIX`: before each start. A disk that cannot be written is no reason not to start."""
    with contextlib.suppress(OSError):
        left = Trials(Path(sys.argv[1])).begin()
        if left is not None:
            sys.stderr.write(
                f"loa-agent: {left.release} was started {left.starts} times in vain, back to {left.previous}\n"
            )


if __name__ == "__main__":
    main()
