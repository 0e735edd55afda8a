"""The voices this engine has: who they are, and the style vectors that colour the model."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from voices.errors import VoiceNotInstalledError
from voices.kokoro.rules import read_toml


class Voice(BaseModel):
    """One speaker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """As a person would call it, Vietnamese."""
    sex: Literal["female", "male"]
    region: Literal["north", "south"]
    accent: str
    """The rules in `data/{accent}.toml`."""
    median_hz: float = Field(ge=80, le=260)
    lowest_hz: float = Field(ge=50, le=160)
    """The floor of every tone."""


@cache
def voices() -> Mapping[str, Voice]:
    """All voices by id."""
    return {name: Voice.model_validate(entry) for name, entry in read_toml("voices.toml").items()}


def voice(name: str) -> Voice:
    """Raises VoiceNotInstalledError for a name that is not ours."""
    found = voices().get(name)
    if found is None:
        raise VoiceNotInstalledError(f"Không có giọng “{name}”. Các giọng có sẵn: {', '.join(voices())}.")
    return found


def style_matrix(name: str) -> NDArray[np.float32]:
    """510 rows of 256: the first 128 numbers colour the sound, the last 128 drive durations, F0 and energy."""
    with (resources.files("voices.kokoro") / "data" / "styles.npz").open("rb") as file, np.load(file) as styles:
        matrix: NDArray[np.float32] = styles[name].astype(np.float32)
    return matrix


@cache
def data_digest() -> str:
    """sha256 over every data file that shapes the sound."""
    digest = hashlib.sha256()
    folder = resources.files("voices.kokoro") / "data"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()
