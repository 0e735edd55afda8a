"""The agent's logic runs where nothing that makes a sound is installed, and an agent needs nothing of a station."""

import subprocess
import sys

CODE = """
import sys
AWAY = {"numpy", "soundfile", "just_playback", "gpiod", "fastapi", "sqlmodel", "onnxruntime", "server", "voices"}
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in AWAY:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Wall())
import NAME
"""


def imports(name: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", CODE.replace("NAME", name)], capture_output=True, text=True, check=False
    )


def test_the_logic_needs_no_sound():
    assert imports("edge_agent.agent").returncode == 0
    assert imports("edge_agent.runtime.assembly").returncode == 0


def test_the_command_line_opens_on_a_pi():
    assert imports("loa.cli").returncode == 0, imports("loa.cli").stderr[-500:]


def test_the_sound_does_need_it():
    assert imports("edge_agent.sound.wav").returncode != 0
