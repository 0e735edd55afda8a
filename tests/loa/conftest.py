"""A commune on this machine for end-to-end tests: real station, real broker, real agents, real voice."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.children import Children
from loa.stage import Stage, StageOptions

SHORT_NOTICE = "Kính thưa bà con thôn Nà Ít.\nSáng mai, lúc 7 giờ, mời bà con đến nhà văn hóa họp thôn.\nXin cảm ơn."


@pytest.fixture
def short_notice(tmp_path: Path) -> Path:
    """A notice of about ten seconds of speech."""
    path = tmp_path / "thong-bao.txt"
    path.write_text(SHORT_NOTICE, encoding="utf-8")
    return path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A started commune with three online speakers that play into WAVs."""
    with Children(tmp_path / "logs") as children:
        stage = Stage(StageOptions(folder=tmp_path / "commune", sink="wav"), children)
        stage.start_station()
        stage.set_up()
        stage.start_speakers()
        yield stage


def broker_choices() -> list[str]:
    """The brokers that this machine can run."""
    mosquitto = shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()
    return ["mosquitto", "iotcore"] if mosquitto else ["iotcore"]
