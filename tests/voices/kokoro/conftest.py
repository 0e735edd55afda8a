import pytest

from voices.kokoro import KokoroEngine, install


@pytest.fixture(scope="session")
def graphs(tmp_path_factory):
    return install(tmp_path_factory.mktemp("voices") / "kokoro")


@pytest.fixture(scope="session")
def female(graphs):
    return KokoroEngine("kokoro-vi-nu", folder=graphs)
