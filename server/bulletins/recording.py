"""A recording as it is handed in: cleaned, trimmed and levelled before anything is made of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from server.bulletins import files
from server.bulletins.languages import MUSIC
from server.settings import Settings
from voices import Recording, import_recording


@contextmanager
def received(settings: Settings, stream: BinaryIO, name: str, *, language: str) -> Iterator[Recording]:
    """The sound, in a folder that is gone afterwards; music is not cleaned. `name` is what messages call it.

    Raises BadSoundError (no sound, broken, silent, too long), InvalidInputError (too large).
    """
    with (
        files.received(stream, settings.track_dir, max_bytes=settings.max_recording_bytes) as upload,
        tempfile.TemporaryDirectory(dir=settings.track_dir, prefix=".tmp-") as folder,
    ):
        named = Path(folder) / _file_name(name)
        upload.path.rename(named)
        yield import_recording(named, Path(folder), language=language, clean=language != MUSIC)


def _file_name(name: str) -> str:
    """As the person knows the file, since messages name it; short enough for a disk."""
    return PurePath(name.replace("\\", "/").replace("\0", "")).name[-60:].strip(". ") or "ghi-am"
