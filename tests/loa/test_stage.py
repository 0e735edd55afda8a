"""The stage: what was interrupted is completed, and nothing outlives the process that set it up."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loa.children import Children
from loa.client import wait_for
from loa.demo.folder import FolderError, fresh
from loa.stage import SPEAKERS, Stage, StageOptions

HOLDER = """
import sys, time
from pathlib import Path
from loa.children import Children
with Children(Path(sys.argv[1]) / "logs") as children:
    children.loa("station", ["serve", "--data", sys.argv[1] + "/station", "--port", "0"])
    time.sleep(600)
"""


def running(folder: Path) -> list[int]:
    """Processes that name the folder on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # gone while we looked
            continue
    return found


def test_a_set_up_that_was_interrupted_is_completed(tmp_path):
    with Children(tmp_path / "logs") as children:
        stage = Stage(StageOptions(folder=tmp_path / "commune", sink="wav"), children)
        stage.start_station()
        stage.set_up()
        passwords = stage.passwords
        first = tmp_path / "commune" / "speakers" / SPEAKERS[0][0]
        kept = (tmp_path / "commune" / "speakers" / SPEAKERS[1][0] / "identity.json").read_bytes()
        (first / "identity.json").unlink()  # the answer was lost on its way to the disk
        (tmp_path / "commune" / "station" / "setup-code").write_text("left behind")
        stage.set_up()
        assert json.loads((first / "identity.json").read_text())["answer"]["device_id"] == SPEAKERS[0][0]
        assert (tmp_path / "commune" / "speakers" / SPEAKERS[1][0] / "identity.json").read_bytes() == kept
        assert stage.passwords == passwords
        assert (tmp_path / "commune" / "passwords.json").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "commune" / "station").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_demo_leaves_no_process_behind(tmp_path, ending):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)])
    try:
        about = tmp_path / "station" / "station.json"
        wait_for(lambda: True if about.exists() else None, seconds=60, what="station")
        assert len(running(tmp_path)) >= 2
    finally:
        holder.send_signal(ending)
        holder.wait()
    wait_for(lambda: None if running(tmp_path) else True, seconds=30, what="children end")


def test_a_demo_clears_only_what_a_demo_made(tmp_path):
    (tmp_path / "station").mkdir()
    (tmp_path / "station" / "old").touch()
    (tmp_path / "report.json").touch()
    mine = tmp_path / "thu-cua-toi.docx"
    mine.touch()
    with fresh(tmp_path, mine):
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["lock", "thu-cua-toi.docx"]
        with pytest.raises(FolderError, match="đang dùng"), fresh(tmp_path, None):
            pass


def test_a_document_that_a_demo_would_clear_is_refused(tmp_path):
    document = tmp_path / "station" / "van-ban.docx"
    document.parent.mkdir()
    document.touch()
    with pytest.raises(FolderError, match="sẽ bị xóa"), fresh(tmp_path, document):
        pass
    assert document.exists()
