"""From the button on a technician's screen to the new version running on the box: a real release, a real guard, a real agent."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from edge_agent.enrolment import enrol
from loa.client import wait_for
from tests.edge_agent.test_update import PATIENCE_S, UNIT, Box, wheels  # noqa: F401  a fixture

pytestmark = [pytest.mark.xdist_group("console"), pytest.mark.long, pytest.mark.timeout(1800)]
SPEAKER = "loa-cap-nhat"


class InstalledBox(Box):
    """Such a box as a speaker of the commune."""

    def __init__(self, stage, folder, wheels):  # noqa: F811  the fixture
        super().__init__(folder, SimpleNamespace(box=folder / "box", files={}), wheels)
        self.stage = stage

    def __enter__(self):
        with self.stage.client("kythuat") as technician:
            body = {"id": SPEAKER, "name": "Loa cập nhật", "area_id": self.stage.area_id("khuoi-khit")}
            technician.post("/speakers", body)
            technician.patch(f"/speakers/{SPEAKER}", {"in_repair": True})  # no broadcast of other tests waits for it
            enrol(
                self.stage.url, technician.post(f"/speakers/{SPEAKER}/claim")["code"], self.station.box, version="99.0"
            )
        environment = {**os.environ, "PREFIX": str(self.trials.prefix), "STATE": str(self.station.box)}
        self.unit = subprocess.Popen(["sh", "-c", UNIT], env=environment, start_new_session=True)
        self.runs("99.0")
        return self

    def runs(self, version):
        """Wait until the station hears this version, in use for good."""
        wait_for(lambda: (self.known() == (True, version)) or None, seconds=PATIENCE_S, what=version)
        wait_for(lambda: self.trials.trial() is None or None, seconds=PATIENCE_S, what="the end of the trial")

    def known(self):
        """Whether the station hears it, and as which version."""
        with self.stage.client("kythuat") as technician:
            speaker = technician.get(f"/speakers/{SPEAKER}")
        return speaker["online"], speaker["agent_version"]

    def offer(self, version):
        """A package of that version, as whoever keeps the station's machine puts it there."""
        arguments = self.release(version)
        package = self.stage.data / "releases" / f"loa-agent-{version}.tar"
        package.parent.mkdir(exist_ok=True)
        package.write_bytes(self.station.files[arguments["sha256"]])
        return package


def test_a_press_on_the_screen_brings_the_new_version(look, commune, tmp_path, wheels):  # noqa: F811  the fixture
    with InstalledBox(commune, tmp_path, wheels) as box:
        package = box.offer("99.1")
        page = look("kythuat", "phone").open(f"/ky-thuat/{SPEAKER}").page
        page.locator("#tinh-trang", has_text="phần mềm 99.0").wait_for()
        page.get_by_label("Bản phần mềm").select_option("99.1")
        page.get_by_role("button", name="Cập nhật phần mềm").click()
        page.locator(".answers > li").first.get_by_text("xong").wait_for(timeout=PATIENCE_S * 1000)
        box.runs("99.1")
        assert box.version == "99.1"
        page.locator("#tinh-trang", has_text="phần mềm 99.1").wait_for(timeout=60_000)  # without a reload
        package.unlink()
