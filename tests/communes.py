"""A whole commune for tests that look at it from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loa.children import Children
from loa.stage import Stage, StageOptions


@contextmanager
def quick_commune(folder: Path) -> Iterator[Stage]:
    """Real station, broker and three speakers online that play into WAVs, each its own process.

    A cheap voice and no recogniser: what is said well is tested elsewhere.
    """
    with pytest.MonkeyPatch.context() as environment, Children(folder / "logs") as children:
        environment.setenv("LOA_LISTEN", "0")
        stage = Stage(StageOptions(folder=folder / "commune", sink="wav", voice="espeak-vi"), children)
        stage.start_station()
        stage.set_up()
        stage.start_speakers()
        yield stage
