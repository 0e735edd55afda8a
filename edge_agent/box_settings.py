"""What hangs on this box, written down by the technician in `box.toml` in the state folder. No file: nothing hangs on it."""

import tomllib
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.errors import PermanentError

FILE = "box.toml"
_STRICT = ConfigDict(frozen=True, extra="forbid")


class RelaySettings(BaseModel):
    """`[amplifier]`: the relay that gives the amplifier power."""

    model_config = _STRICT

    chip: str = "/dev/gpiochip0"
    line: int = Field(ge=0)
    active_low: bool = False
    warm_up_s: float = Field(default=1.5, ge=0, le=30)
    """From power to full sound: measured by ear once."""
    release_s: float = Field(default=5.0, ge=0, le=600)
    sense_line: int | None = Field(default=None, ge=0)
    """A current sensor's output, high while the amplifier draws more than it does in silence."""


class ButtonSettings(BaseModel):
    """`[button]`: the stop button, between the line and ground."""

    model_config = _STRICT

    chip: str = "/dev/gpiochip0"
    line: int = Field(ge=0)


class MixerKind(StrEnum):
    """Which program speaks to the mixer."""

    AMIXER = "amixer"
    PACTL = "pactl"


class MixerSettings(BaseModel):
    """`[mixer]`."""

    model_config = _STRICT

    kind: MixerKind
    control: str = "Master"
    """amixer's control, or pactl's sink."""
    card: str = "default"


class MicrophoneSettings(BaseModel):
    """`[microphone]`: for the acoustic self-test; a USB microphone or the sink's own monitor."""

    model_config = _STRICT

    command: tuple[str, ...] = ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-r", "48000", "-c", "1")
    """Writes 16-bit mono samples at 48 kHz to its standard output until it is ended."""
    monitor: bool = False
    """It is the sound server's own monitor: what it hears was not heard in the air, and is no evidence of that."""


class BoxSettings(BaseModel):
    """The whole file."""

    model_config = _STRICT

    amplifier: RelaySettings | None = None
    button: ButtonSettings | None = None
    mixer: MixerSettings | None = None
    microphone: MicrophoneSettings | None = None
    trust_rtc: bool = False
    """There is a real-time clock with a good battery."""
    output_delay_ms: float = Field(default=0.0, ge=0, le=2000)
    """From the sound device's buffer to the horn."""


def load_box(state: Path) -> BoxSettings:
    """Read the file; raises PermanentError that names the line that is wrong."""
    path = state / FILE
    if not path.exists():
        return BoxSettings()
    try:
        return BoxSettings.model_validate(tomllib.loads(path.read_text()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PermanentError(f"Không đọc được {path}: {error}. Hãy sửa tệp rồi chạy lại.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PermanentError(f"{path}: mục “{place}” không đúng ({first['msg']}). Hãy sửa tệp rồi chạy lại.") from error
