"""The bodies of the signed messages, one model a kind. Receivers ignore fields they do not know: newer senders may add some."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from protocol.ids import MAX_NUMBER, Counter, Length, Sha256, Slug
from protocol.jobs import Attempt, Audio, Job, JobId
from protocol.keys import TrustSet
from protocol.policy import Policy
from protocol.states import Reason, State

_FROZEN = ConfigDict(frozen=True)


class ClockState(StrEnum):
    """How far the sender trusts its own wall clock."""

    SYNCED = "synced"  # NTP, a real-time clock or signed station time, lately
    HOLDOVER = "holdover"  # was synced since boot, no source now
    UNSYNCED = "unsynced"


class Evidence(StrEnum):
    """How much is known about a job having been heard."""

    E1 = "E1"  # the file ended
    E2 = "E2"  # the sound device took all frames
    E3 = "E3"  # the amplifier drew current
    E4 = "E4"  # a microphone heard it


# ---------------------------------------------------------------- station to device


class StationState(BaseModel):
    """`state`: retained; also sent as the gateway's will with online=False."""

    model_config = _FROZEN

    online: bool
    at: AwareDatetime


def _known_reason(word: object) -> object:
    return Reason.ORDERED if isinstance(word, str) and word not in set(Reason) else word


class Cancel(BaseModel):
    """A request to end a job. The device answers with the state it really ended in."""

    model_config = _FROZEN

    job_id: JobId
    attempt: Attempt = 1
    reason: Annotated[Reason, BeforeValidator(_known_reason)] = Reason.ORDERED
    """Why, for the record; a word of a newer station is taken as its order, for what it asks is plain."""


class Desired(BaseModel):
    """`desired`: everything the device shall play in the next days; replaces what was there before."""

    model_config = _FROZEN

    valid_until: AwareDatetime
    jobs: tuple[Job, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    alerts: tuple[str, ...] = ()
    """Emergency orders in force, each the very bytes that went out on `alert`, signed by the emergency key."""
    prefetch: tuple[Audio, ...] = ()
    """Audio to keep on disk although no job asks for it yet: prepared emergency messages."""


class Alert(BaseModel):
    """`alert`: an emergency begins or ends. Signed by the emergency key; the audience is the whole station."""

    model_config = _FROZEN

    job: Job | None = None
    """Begins or changes an emergency; its priority is EMERGENCY. Repeats until the all-clear, `not_after` or its count."""
    all_clear: JobId | None = None
    """Ends the emergency of that id."""
    devices: tuple[Slug, ...] | None = None
    """Only these devices; None is all."""
    authority: str = Field(default="", max_length=200)
    """Who ordered it, by name."""


class Config(BaseModel):
    """`config`: policy, trust and housekeeping of one device."""

    model_config = _FROZEN

    policy: Policy = Policy()
    trust: TrustSet
    heartbeat_s: int = Field(default=300, ge=5, le=86_400)
    volume_percent: int = Field(default=80, ge=0, le=100)
    log_level: str = "info"
    self_test_at: time | None = time(21, 15)
    """Local time of the daily acoustic self-test of a box that can hear itself; each box adds some minutes. None: by order only."""


class Operation(StrEnum):
    """The closed list of commands; there is no shell."""

    VOLUME = "volume"
    TEST_TONE = "test_tone"
    SELF_TEST = "self_test"
    LOGS = "logs"
    RESTART = "restart"
    UPDATE = "update"
    STOP_ALL = "stop_all"
    DECOMMISSION = "decommission"


class Command(BaseModel):
    """`cmd`: one act now. Answered on `res` with the same `command_id`."""

    model_config = _FROZEN

    command_id: str = Field(max_length=64)
    op: Operation
    args: dict[str, Any] = {}


class Ack(BaseModel):
    """`ack`: retained; the station has committed every event of this epoch up to and including `seq`."""

    model_config = _FROZEN

    epoch: str
    seq: Counter
    desired_rev: Counter | None = None
    """Revision of the manifest that the station holds for this device: one that was lost on the way is missed. None: not said."""


class PollAnswer(BaseModel):
    """Answer to an HTTPS poll: the same signed messages as over MQTT, and the station's time for the given nonce."""

    model_config = _FROZEN

    nonce: str
    at: AwareDatetime
    desired: str | None = None
    config: str | None = None
    ack: str | None = None


# ---------------------------------------------------------------- device to station


class Presence(BaseModel):
    """`presence`: retained birth (online) and will (offline) of one connection; both carry the same `session`."""

    model_config = _FROZEN

    online: bool
    session: Counter
    version: str = ""
    boot_reason: str = ""


class Reported(BaseModel):
    """`reported`: retained; what the device holds, on change, at most once a minute."""

    model_config = _FROZEN

    desired_rev: int = 0
    config_rev: int = 0
    ready: tuple[JobId, ...] = ()
    next_start_at: AwareDatetime | None = None
    clock: ClockState
    disk_free_mb: int | None = None
    volume_percent: int | None = None


class Event(BaseModel):
    """One thing that happened, numbered for good. `type` decides what `data` is; unknown types are kept and acknowledged."""

    model_config = _FROZEN

    seq: int = Field(ge=1, le=MAX_NUMBER)
    at: AwareDatetime
    mono_ms: int
    """Monotonic milliseconds since the device's boot."""
    boot_id: str
    clock: ClockState
    type: Literal["job", "refused", "fault", "self_test", "note"] | str  # noqa: PYI051  the literals are the known ones
    data: dict[str, Any]


class EventBatch(BaseModel):
    """`evt`: events of one epoch in rising order. An epoch is one life of the device's outbox: a new one when it was lost."""

    model_config = _FROZEN

    epoch: str = Field(max_length=64)
    oldest: Counter | None = None
    """Lowest `seq` that the device still holds: everything below it was acknowledged. It lets a station that was restored from
    an older backup tell what is gone for good from what is still on its way. None: the first event of this batch."""
    events: tuple[Event, ...] = Field(max_length=50)


class JobReport(BaseModel):
    """`data` of an event of type "job": a job entered a state."""

    model_config = _FROZEN

    job_id: JobId
    attempt: Attempt = 1
    state: State
    reason: Reason | None = None
    by: str | None = None
    """What cut or superseded it: a job id."""
    played_ms: Length | None = None
    """How much has sounded so far. After a crash: how much has sounded for certain."""
    played_at_most_ms: Length | None = None
    """After a crash: how much it can have been. None: `played_ms` is exact."""
    start_error_ms: float | None = None
    """Actual minus planned start of the first frame, with PLAYING."""
    evidence: Evidence | None = None
    output: str | None = None
    """Where it sounded: the name of the sound device, or the file of a recording sink."""
    test: bool = False


class RefusalReport(BaseModel):
    """`data` of an event of type "refused": a message or file was not believed."""

    model_config = _FROZEN

    topic: str
    refusal: str
    """A code of `protocol.errors.Refusal`, or "bad_hash" for a file."""
    detail: str = ""
    sha256: Sha256 | None = None


class FaultReport(BaseModel):
    """`data` of an event of type "fault": something on the box does not work. `kind` is a code that the screens translate."""

    model_config = _FROZEN

    kind: str = Field(max_length=50)
    detail: str = Field(default="", max_length=500)


class Finding(StrEnum):
    """What an acoustic self-test found the horn to be."""

    GOOD = "good"
    SILENT = "silent"
    WEAK = "weak"
    DISTORTED = "distorted"


class SelfTestReport(BaseModel):
    """`data` of an event of type "self_test": what came back of a chirp. A finding that is not good is a fault besides."""

    model_config = _FROZEN

    finding: Finding
    score: float
    """Height of the correlation over its typical height; noise alone reaches about 5."""
    level_db: float | None = None
    delay_ms: float | None = None
    distortion: float | None = None
    monitor: bool = False
    """It was recorded before the amplifier, by the sound server's own monitor: no evidence of what hangs behind it."""


class Heartbeat(BaseModel):
    """`hb`: QoS 0. None is "not measured": nothing is ever invented."""

    model_config = _FROZEN

    uptime_s: int
    clock: ClockState
    clock_offset_ms: float | None = None
    temperature_c: float | None = None
    disk_free_mb: int | None = None
    memory_free_mb: int | None = None
    signal_dbm: int | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None
    amplifier_on: bool | None = None
    sound_device: str | None = None
    job_id: JobId | None = None


class Problem(StrEnum):
    """Why a box did not do as it was asked; a closed list that the screens translate."""

    BAD_ARGS = "bad_args"
    NOT_AVAILABLE = "not_available_on_this_box"
    NO_MIXER = "no_mixer"
    QUIET_HOURS = "quiet_hours"
    BUSY = "busy"  # something sounds, or is about to
    DISTURBED = "disturbed"  # an order came during the test
    NO_MICROPHONE = "no_microphone"
    MICROPHONE = "microphone"  # it is there and does not record
    MIXER = "mixer"  # it is there and stands elsewhere than it was told to
    NO_OUTPUT = "no_output"  # the sound device refused, or is gone
    INTERRUPTED = "interrupted"  # the box or its program ended in the middle; it is not done again
    INTERNAL = "internal"  # the box's own mistake


class CommandResult(BaseModel):
    """`res`: the answer to a command."""

    model_config = _FROZEN

    command_id: str
    ok: bool
    detail: str = ""
    """Of a self-test the `Finding`; of what was not done a `Problem`, after a colon what the box says of it; else its own words."""
    data: dict[str, Any] = {}


class HttpProof(BaseModel):
    """`http`: a device's proof of itself for one HTTP request, in `Authorization: Bearer`. Short-lived."""

    model_config = _FROZEN

    method: str
    path: str
