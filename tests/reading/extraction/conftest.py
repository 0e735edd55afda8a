"""Where the documents lie, and which tools of the system a test may ask for."""

import os
import shutil
from pathlib import Path

import pytest

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"


def _missing(program: str) -> bool:
    """A machine without the tool skips what needs it; CI must have it."""
    return shutil.which(program) is None and os.environ.get("CI") != "true"


needs_soffice = pytest.mark.skipif(_missing("soffice"), reason="needs LibreOffice (soffice)")
needs_tesseract = pytest.mark.skipif(_missing("tesseract"), reason="needs tesseract with its Vietnamese model")


def pytest_collection_modifyitems(items):
    for item in items:
        names = {mark.name for mark in item.iter_markers()}
        if "soffice" in names:
            item.add_marker(needs_soffice)
        if "tesseract" in names:
            item.add_marker(needs_tesseract)


def pytest_configure(config):
    config.addinivalue_line("markers", "soffice: converts with LibreOffice")
    config.addinivalue_line("markers", "tesseract: recognises text in pictures")


@pytest.fixture
def documents() -> Path:
    return DOCUMENTS


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    """The only place for temporary files, so that a test can see what is left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
