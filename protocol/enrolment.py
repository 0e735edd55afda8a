"""How a box becomes a speaker: one HTTP exchange, the only one that is not signed by a key the other side already knows.

The claim code is single-use and short-lived; the station takes the device's name from the claim, never from the box.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from protocol.ids import Slug
from protocol.keys import TrustSet

_FROZEN = ConfigDict(frozen=True)

ENROL_PATH = "/agent/v1/enrol"
AUDIO_PATH = "/agent/v1/audio"  # /{sha256}, with Range
RELEASE_PATH = "/agent/v1/releases"  # /{sha256}, with Range: a software package that a signed `update` names
POLL_PATH = "/agent/v1/poll"  # POST a PollRequest as JSON; the answer's body is a sealed `poll`
EVENTS_PATH = "/agent/v1/events"  # POST a sealed `evt`, the bytes as over MQTT; the answer is a sealed `ack`


class EnrolRequest(BaseModel):
    """POST ENROL_PATH. `public_key` is the `x` of the device's own Ed25519 key: the private half never leaves the box."""

    model_config = _FROZEN

    claim_code: str = Field(min_length=4, max_length=64)
    public_key: str = Field(max_length=64)
    hardware: str = Field(default="", max_length=200)
    serial: str = Field(default="", max_length=100)
    version: str = Field(default="", max_length=50)


class BrokerAccess(BaseModel):
    """Where and as whom the device speaks MQTT. The user name is the device id."""

    model_config = _FROZEN

    host: str
    port: int
    tls: bool = False
    username: str
    password: str


class EnrolAnswer(BaseModel):
    """What the station gives a box that showed a good claim code."""

    model_config = _FROZEN

    station: Slug
    device_id: Slug
    name: str
    trust: TrustSet
    broker: BrokerAccess


class PollRequest(BaseModel):
    """POST POLL_PATH, with an HttpProof. `nonce` comes back signed: it proves that the station's time is fresh."""

    model_config = _FROZEN

    nonce: str = Field(min_length=16, max_length=64)
    desired_rev: int = 0
    config_rev: int = 0


class Invitation(BaseModel):
    """What makes a box a speaker without typing: the station's address and a claim code, in a QR code or in a small file."""

    model_config = _FROZEN

    station_url: str = Field(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=500)
    code: str = Field(min_length=4, max_length=64)

    def text(self) -> str:
        """Two lines that a person can read, and write in any editor."""
        return f"station={self.station_url}\ncode={self.code}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it back; raises ValueError. Case of the keys, blanks, other lines and an editor's byte order mark do not matter."""
        found: dict[str, str] = {}
        for line in text.lstrip("\ufeff").splitlines():
            key, sign, value = line.partition("=")
            if sign and key.strip().lower() in {"station", "code"}:
                found[key.strip().lower()] = value.strip()
        return cls(station_url=found.get("station", "").rstrip("/"), code=found.get("code", ""))
