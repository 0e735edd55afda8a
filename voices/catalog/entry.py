"""A voice as the catalogue describes it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class VoiceFile(BaseModel):
    """A file to fetch, known by its content."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=r"^\w[\w.-]*$")
    url: str = Field(default="", pattern=r"^(https?://.*)?$")
    """"" for a voice that was imported from a folder."""
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class SpeechServer(BaseModel):
    """Where a voice of engine "api" is spoken."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(pattern=r"^https?://")
    """The base, with "/v1"."""
    model: str
    voice: str
    key_variable: str = ""
    """Name of the environment variable that holds the key; "" when the server asks for none."""
    patience_s: float = Field(default=150.0, gt=0, le=600)
    """How long one sentence may take there in all, waiting for a busy server included."""


class CatalogVoice(BaseModel):
    """One voice. The Vietnamese fields are shown as they are."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(pattern=r"^\w[\w.-]*$")
    name: str
    engine: Literal["kokoro", "piper", "api"]
    language: str
    """BCP 47."""
    region: Literal["Bắc", "Trung", "Nam", ""] = ""
    sex: Literal["nữ", "nam", ""] = ""
    licence: str
    licence_note: str = ""
    """What the commune must know or do, shown when installing."""
    source: str
    bytes: int = 0
    """What it takes to fetch; for "kokoro" the size of the model inside."""
    sha256: str = ""
    package: str = ""
    """A Python package that has the files too: then nothing is fetched."""
    file: tuple[VoiceFile, ...] = ()
    api: SpeechServer | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.engine == "api") != (self.api is not None):
            raise ValueError("api is for engine 'api', which needs it")
        if self.engine == "piper" and not any(file.name.endswith(".onnx") for file in self.file):
            raise ValueError("a Piper voice needs its .onnx file")
        return self

    @property
    def download_bytes(self) -> int:
        """How much there is to fetch."""
        return sum(file.bytes for file in self.file)
