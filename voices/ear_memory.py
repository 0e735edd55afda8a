"""What the ear has heard once it need not hear again."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from voices.ear import Recogniser
from voices.errors import StorageError
from voices.files import write_atomically

log = structlog.get_logger(__name__)
_PACKAGE = "viet-asr"
_MOST_ON_A_SHELF = 200
"""There are 256 shelves: fifty thousand sentences, 200 MB as a disk counts small files."""


class RememberingEar:
    """An ear before which equal sound is put only once: a few hundred bytes a clip in `folder`, across processes.

    What was heard longest ago is forgotten first.
    """

    def __init__(self, ear: Recogniser, folder: Path) -> None:
        self._ear = ear
        self._folder = folder / version(_PACKAGE)

    def hear(self, samples: NDArray[np.int16]) -> str:
        """The words in a sound of 16 kHz mono of any length. Raises `EngineFailedError`."""
        key = hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()
        path = self._folder / key[:2] / f"{key}.txt"
        try:
            return path.read_text("utf-8")
        except OSError:  # not there, or not readable: hear it
            heard = self._ear.hear(samples)
        try:
            write_atomically(path, heard.encode())
            _tidy(path.parent)
        except (StorageError, OSError) as error:
            log.warning("What was heard is not kept", key=key, reason=str(error))
        return heard


def _tidy(shelf: Path) -> None:
    """Half of a full shelf goes, so that not every sentence tidies again."""
    notes = list(shelf.iterdir())
    if len(notes) > _MOST_ON_A_SHELF:
        for note in sorted(notes, key=lambda note: note.stat().st_mtime)[: len(notes) // 2]:
            note.unlink(missing_ok=True)
