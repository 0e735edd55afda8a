"""A studio whose engine is tones, and a look at what that engine was asked."""

from pathlib import Path

import pytest

from voices import SpeechSettings, Studio
from voices.render_process import Limits

HERE = Path(__file__).parent
FACTORY = "fake_engine:open_engine"
SETTINGS = SpeechSettings()


class EngineLog:
    """What the fake engine did, in all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rendered(self) -> list[str]:
        return [text for what, _, text in self._rows() if what == "render"]

    def opened(self) -> list[str]:
        return [text for what, _, text in self._rows() if what == "open"]

    def processes(self) -> set[str]:
        return {pid for _, pid, _ in self._rows()}

    def _rows(self) -> list[list[str]]:
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        return [line.split("\t") for line in lines]


@pytest.fixture
def engine_log(tmp_path, monkeypatch):
    path = tmp_path / "engine.log"
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(path))
    monkeypatch.syspath_prepend(str(HERE))  # the workers get our sys.path
    return EngineLog(path)


@pytest.fixture
def make_studio(tmp_path, engine_log):  # noqa: ARG001  # the workers write to it
    """Studios on one cache folder, all closed at the end."""
    studios = []

    def make(**options):
        options.setdefault("limits", Limits(open_s=20, sentence_s=1.5, character_s=0, memory_bytes=700_000_000))
        studio = Studio(tmp_path / "clips", factory=FACTORY, **options)
        studios.append(studio)
        return studio

    yield make
    for studio in studios:
        studio.close()


@pytest.fixture
def studio(make_studio):
    return make_studio()


@pytest.fixture(params=["system", "wheel"])
def each_ffmpeg(request, monkeypatch):
    """Debian's ffmpeg, and the one that comes in the wheel imageio-ffmpeg."""
    import shutil

    import imageio_ffmpeg

    from voices import ffmpeg

    path = shutil.which("ffmpeg") if request.param == "system" else imageio_ffmpeg.get_ffmpeg_exe()
    assert path, "scripts/system-parts installs ffmpeg"
    monkeypatch.setattr(ffmpeg, "ffmpeg_path", lambda: path)
    return path
