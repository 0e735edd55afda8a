"""A studio whose engine is tones, and a look at what that engine was asked."""

import uuid
from pathlib import Path

import pytest

from voices import Studio
from voices.render_process import Limits

HERE = Path(__file__).parent
FACTORY = "fake_engine:open_engine"
LIMITS = Limits(open_s=60, sentence_s=20, character_s=0)


class EngineLog:
    """What the fake engine did, in all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rendered(self) -> list[str]:
        return [text for what, _, text in self._rows() if what == "render"]

    def opened(self) -> list[str]:
        return [text for what, _, text in self._rows() if what == "open"]

    def go(self) -> None:
        """What waits may go on."""
        self._path.with_name("go").touch()

    def processes(self) -> set[str]:
        return {pid for _, pid, _ in self._rows()}

    def _rows(self) -> list[list[str]]:
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        return [line.split("\t") for line in lines]


@pytest.fixture(scope="module")
def log_path(tmp_path_factory):
    """Where the fake engines of this module's tests write; their processes get our environment and sys.path."""
    path = tmp_path_factory.mktemp("engine") / "engine.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_ENGINE_LOG", str(path))
        patch.syspath_prepend(str(HERE))
        yield path


@pytest.fixture(scope="module")
def module_studio(log_path, tmp_path_factory):  # noqa: ARG001  # the workers write to it
    """One worker for all tests of a module that do not hurt it: starting one takes half a second."""
    with Studio(tmp_path_factory.mktemp("clips"), workers=1, factory=FACTORY, limits=LIMITS) as studio:
        yield studio


@pytest.fixture
def engine_log(log_path):
    for left in (log_path, log_path.with_name("go")):
        left.unlink(missing_ok=True)
    return EngineLog(log_path)


@pytest.fixture
def voice():
    """A name that no other test has, so that nothing comes from the cache."""
    return f"thu-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def make_studio(tmp_path, engine_log):  # noqa: ARG001  # the workers write to it
    """Studios on one cache folder, all closed at the end."""
    studios = []

    def make(**options):
        studio = Studio(tmp_path / "clips", factory=FACTORY, **({"limits": LIMITS} | options))
        studios.append(studio)
        return studio

    yield make
    for studio in studios:
        studio.close()


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
