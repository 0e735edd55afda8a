"""One more speaker than the commune has, whose boxes may be restarted, replaced and wiped; in repair: no broadcast counts on it."""

import os
import subprocess
from pathlib import Path

from edge_agent.enrolment import enrol
from edge_agent.identity import IDENTITY_FILE
from loa.children import Children
from loa.client import wait_for
from loa.stage import Stage

_LONGEST_S = 60.0
_MIXER = """#!/bin/sh
# amixer with one control, which remembers its level
kept="$(dirname "$0")/level"
for word; do case "$word" in *%) echo "${word%\\%}" > "$kept" ;; esac; done
echo "  Mono: Playback [$(cat "$kept" 2>/dev/null || echo 80)%] [on]"
"""


class SpareSpeaker:
    """`id` and `name` as the station knows it; its boxes are numbered."""

    def __init__(self, stage: Stage, children: Children, folder: Path, number: int) -> None:
        self.id = f"loa-du-phong-{number}"
        self.name = f"Loa dự phòng {number}"
        self._stage = stage
        self._children = children
        self._folder = folder
        mixer = folder / "bin" / "amixer"
        mixer.parent.mkdir(parents=True)
        mixer.write_text(_MIXER)
        mixer.chmod(0o755)
        with stage.client("kythuat") as technician:
            body = {"id": self.id, "name": self.name, "area_id": stage.area_id("khuoi-khit")}
            technician.post("/speakers", body)
            technician.patch(f"/speakers/{self.id}", {"in_repair": True})

    def get(self) -> dict:
        """What the station says of it."""
        with self._stage.client("kythuat") as technician:
            return technician.get(f"/speakers/{self.id}")

    def box(self, number: int) -> Path:
        """The state folder of its box."""
        return self._folder / f"box-{number}"

    def enrol(self, number: int, code: str) -> None:
        """Make a box this speaker."""
        enrol(self._stage.url, code, self.box(number), version="1")
        (self.box(number) / "box.toml").write_text('[mixer]\nkind = "amixer"\n')

    def start(self, number: int) -> None:
        """Switch the box on, and wait until the station hears it."""
        path = f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        wav = self._folder / f"box-{number}-{len(list(self._folder.glob('*.wav')))}.wav"
        arguments = ["agent", "run", "--state", str(self.box(number)), "--sink", "wav", "--wav", str(wav)]
        self._children.loa(f"box-{number}", [*arguments, "--station-url", self._stage.url], {"PATH": path})
        wait_for(lambda: self.get()["online"] or None, seconds=_LONGEST_S, what="the spare speaker")

    def wait_ended(self, number: int) -> None:
        """Until the process of that box has ended by itself."""
        running: subprocess.Popen[bytes] = self._children._running[f"box-{number}"]
        running.wait(_LONGEST_S)

    def level(self) -> int:
        """What the mixer of its boxes is at."""
        return int((self._folder / "bin" / "level").read_text())

    def wiped(self, number: int) -> bool:
        """Whether nothing that proves the box's identity is left."""
        return not (self.box(number) / IDENTITY_FILE).exists()
