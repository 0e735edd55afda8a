"""What a Pi installs is enough for the agent: nothing on the way to `loa agent run` needs the station's extra."""

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def closure(requirements: list[str]) -> set[str]:
    """Names of distributions that these requirements bring along."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = requirement.name.lower().replace("_", "-")
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        try:
            waiting += [Requirement(text) for text in distribution(name).requires or []]
        except PackageNotFoundError:
            continue
    return found


def test_the_agent_imports_nothing_that_only_the_station_installs():
    extras = PROJECT["optional-dependencies"]
    on_a_pi = closure(PROJECT["dependencies"] + extras["edge"])
    station_only = closure(extras["station"]) - on_a_pi
    assert {"fastapi", "onnxruntime", "sqlmodel"} <= station_only
    modules = {
        top
        for name in station_only
        for top in (distribution(name).read_text("top_level.txt") or name.replace("-", "_")).split()
        if installed(name)
    } | {"docx", "dateutil", "multipart", "onnx", "lunar_vn", "vietasr", "sea_g2p"}
    script = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
import loa.cli
import edge_agent.runtime.assembly
print("ok")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "ok", done.stderr


def installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
