"""Software packages for the boxes: tar files of wheels in `DIR/releases`, named `loa-agent-VERSION.tar`.

Only whoever keeps the station's machine puts one there. What a signed `update` names is taken from here and from nowhere else:
whoever may command speakers chooses a version, never what is run on them.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from protocol.enrolment import RELEASE_PATH
from server.errors import InvalidInputError
from server.settings import Settings

_NAME = re.compile(r"loa-agent-([0-9][0-9A-Za-z.+-]{0,39})\.tar")
_LARGEST = 300_000_000
"""As large as a box takes."""
_KNOWN = 32


@dataclass(frozen=True)
class Release:
    """A package that boxes can be given."""

    version: str
    path: Path
    sha256: str
    size: int


def offered(settings: Settings) -> list[Release]:
    """What lies there, the newest version first."""
    found = []
    for path in settings.release_dir.glob("loa-agent-*.tar") if settings.release_dir.is_dir() else ():
        name, about = _NAME.fullmatch(path.name), path.stat()
        if name is not None and 0 < about.st_size <= _LARGEST:
            found.append(Release(name[1], path, _sha256(path, about.st_size, about.st_mtime_ns), about.st_size))
    return sorted(found, key=lambda release: _order(release.version), reverse=True)


def order(settings: Settings, args: Mapping[str, Any]) -> dict[str, Any]:
    """What an `update` command says to the box about the version that was chosen. Raises InvalidInputError."""
    chosen = next((release for release in offered(settings) if release.version == args.get("version")), None)
    if chosen is None or set(args) != {"version"}:
        raise InvalidInputError("Đài không có gói phần mềm này. Hãy chọn một bản trong danh sách.")
    return {
        "version": chosen.version,
        "sha256": chosen.sha256,
        "bytes": chosen.size,
        "urls": [f"{RELEASE_PATH}/{chosen.sha256}"],
    }


@lru_cache(maxsize=_KNOWN)
def _sha256(path: Path, _size: int, _changed_ns: int) -> str:
    """Reckoned once for each state of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"[.+-]", version)]
