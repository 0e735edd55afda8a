"""A commune on this machine for end-to-end tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.stage import Stage
from tests.communes import quick_commune


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all tests of a worker: those of the group "stage" are on the same, and leave it running."""
    with quick_commune(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


def broker_choices() -> list[str]:
    """The brokers that this machine can run."""
    mosquitto = shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()
    return ["mosquitto", "iotcore"] if mosquitto else ["iotcore"]
