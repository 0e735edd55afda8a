"""How a box becomes a speaker: one HTTP exchange, the only one that is not signed by a key the other side already knows.

The claim code is single-use and short-lived; the station takes the device's name from the claim, never from the box.
"""

from pydantic import BaseModel, ConfigDict, Field

from protocol.ids import Slug
from protocol.keys import TrustSet

_FROZEN = ConfigDict(frozen=True)

ENROL_PATH = "/agent/v1/enrol"
AUDIO_PATH = "/agent/v1/audio"  # /{sha256}, with Range
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
