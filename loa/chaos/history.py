"""What happened in a simulated world, as lines of JSON: the only thing the checker is given.

Times `t`, `start_s`, … are true Unix seconds, as nobody in the world knows them. A job on a device is named by `job_id` and
`attempt`, a signed message by `token`: the first 16 hexadecimal digits of the SHA-256 of its bytes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FORMAT = 1
FELL = "fell: "

Key = tuple[str, int]
"""Job id and attempt."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    t: float


class Opening(_Line):
    """First line: who is there, and the constants of the simulated boxes."""

    kind: Literal["opening"] = "opening"
    format: int = FORMAT
    seed: int
    devices: tuple[str, ...]
    healed_s: float
    """From here on nothing is in the way any more."""
    end_s: float
    warm_up_s: float
    """From the amplifier's power to full sound."""
    release_s: float
    load_s: float
    """What decoding and checking a file takes."""
    boot_s: float
    """From power to a running agent."""


# ---------------------------------------------------------------- orders


class Ordered(_Line):
    """A job, as the real station or a forger wrote it; whether it may be believed depends on the messages that carry it."""

    kind: Literal["ordered"] = "ordered"
    device: str | None
    """None: an emergency for the whole station."""
    job_id: str
    attempt: int = 1
    priority: int
    not_before_s: float
    start_s: float
    max_start_delay_s: float
    not_after_s: float
    count: int = 1
    gap_s: float = 3.0
    contents: tuple[str, ...]
    """What may be heard: the SHA-256 of the file, or of a stream the addresses and the fallback's SHA-256."""
    file: str | None = None
    """The SHA-256 without which it cannot start; None for a stream."""
    pass_ms: int = 0
    """One repetition; 0 for a stream."""
    stream_until_s: float | None = None
    supersedes: tuple[str, ...] = ()
    decodable: bool = True
    now: bool = False
    """Ordered for the moment it was signed: needs no clock."""


class PolicyWindow(BaseModel):
    """Local seconds of the day; `end_s` may be lower than `start_s` (over midnight)."""

    model_config = ConfigDict(frozen=True)

    start_s: int
    end_s: int


class Message(_Line):
    """A signed message came into the world; not yet anywhere."""

    kind: Literal["message"] = "message"
    token: str
    channel: Literal["desired", "config", "cmd", "ack", "alert", "poll"]
    device: str | None
    """The audience; None is everybody."""
    rev: int
    kid: str
    flaw: str | None = None
    """Why nobody may believe it, whatever its signature says; None for what the station really said."""
    expires_s: float | None = None
    jobs: tuple[Key, ...] = ()
    cancels: tuple[Key, ...] = ()
    carries: tuple[str, ...] = ()
    """Tokens of emergency orders inside a manifest; of the messages that a device has when it has taken a poll's answer."""
    begins: Key | None = None
    clears: str | None = None
    targets: tuple[str, ...] | None = None
    """Devices an emergency is for; None is all."""
    allowed: tuple[PolicyWindow, ...] | None = None
    """With a config: the hours in which anything but an emergency may sound, in UTC+7."""
    session_s: float | None = None
    revoked: tuple[str, ...] = ()
    op: str | None = None


class Delivered(_Line):
    """A device's agent was handed a message. `interrupted`: it died while it had it in its hands."""

    kind: Literal["delivered"] = "delivered"
    device: str
    token: str
    interrupted: bool = False


# ---------------------------------------------------------------- the world


class Running(_Line):
    """The agent runs from here on, or no longer."""

    kind: Literal["running"] = "running"
    device: str
    on: bool
    cause: str
    """power, crash (killed), or, beginning with FELL, that it fell by itself."""


class Line(_Line):
    """Which ways lead out of a device now."""

    kind: Literal["line"] = "line"
    device: str
    broker: bool
    web: bool
    slow: bool = False


class Clock(_Line):
    """From here on the wall clock shows t + error_s + drift * (time since)."""

    kind: Literal["clock"] = "clock"
    device: str
    error_s: float
    drift: float
    vouched: bool
    """Whether NTP or a real-time clock vouches for it."""


class Fixed(_Line):
    """The device was given the station's signed time for its own nonce; true to within `error_s`."""

    kind: Literal["fixed"] = "fixed"
    device: str
    error_s: float


class Room(_Line):
    """Whether there is room for another file on the device's disk."""

    kind: Literal["room"] = "room"
    device: str
    full: bool


class File(_Line):
    """A file on a device's disk: whole, damaged, or not there."""

    kind: Literal["file"] = "file"
    device: str
    sha256: str
    state: Literal["good", "bad", "gone"]


class Source(_Line):
    """Whether the station's HTTP server gives out the right bytes of this file."""

    kind: Literal["source"] = "source"
    sha256: str
    good: bool


class Wiped(_Line):
    """The device's database was destroyed: it remembers nothing, and what was not yet reported is lost."""

    kind: Literal["wiped"] = "wiped"
    device: str


class Button(_Line):
    """Somebody pressed stop on the box."""

    kind: Literal["button"] = "button"
    device: str


# ---------------------------------------------------------------- what was heard


class Amplifier(_Line):
    """The amplifier's power."""

    kind: Literal["amplifier"] = "amplifier"
    device: str
    on: bool


class Sound(_Line):
    """One stretch of sound at the horn, written when it has ended; `t` is its end."""

    kind: Literal["sound"] = "sound"
    device: str
    job_id: str
    attempt: int
    content: str
    """SHA-256 of the bytes that sounded, or the stream's address."""
    start_s: float
    from_ms: int
    """Where in the file it began."""
    gain_db: float
    """The quietest while it lasted."""
    ended: Literal["end", "stop", "power"]

    @property
    def key(self) -> Key:
        """The job that sounded."""
        return self.job_id, self.attempt


# ---------------------------------------------------------------- what was reported


class Happening(BaseModel):
    """An event as the contract has it."""

    model_config = ConfigDict(frozen=True)

    epoch: str
    seq: int
    at_s: float
    clock: str
    type: str
    data: dict[str, Any]


class Recorded(_Line):
    """The device has an event on its disk."""

    kind: Literal["recorded"] = "recorded"
    device: str
    event: Happening


class Committed(_Line):
    """The station has an event in its database."""

    kind: Literal["committed"] = "committed"
    device: str
    event: Happening


class Remembered(_Line):
    """At the end: a job as the device remembers it."""

    kind: Literal["remembered"] = "remembered"
    device: str
    job_id: str
    attempt: int
    state: str


class Outbox(_Line):
    """At the end: how many events the device still has to report."""

    kind: Literal["outbox"] = "outbox"
    device: str
    waiting: int


class Believed(_Line):
    """At the end: a job as the station shows it."""

    kind: Literal["believed"] = "believed"
    device: str
    job_id: str
    attempt: int
    state: str


Record = Annotated[
    Opening
    | Ordered
    | Message
    | Delivered
    | Running
    | Line
    | Clock
    | Fixed
    | Room
    | File
    | Source
    | Wiped
    | Button
    | Amplifier
    | Sound
    | Recorded
    | Committed
    | Remembered
    | Outbox
    | Believed,
    Field(discriminator="kind"),
]
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


class History:
    """Collects records, and writes them to a file if one is given."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self.records: list[Record] = []

    def add(self, record: Record) -> None:
        """The next thing that happened."""
        self.records.append(record)
        if self._file is not None:
            self._file.write(record.model_dump_json(exclude_defaults=False) + "\n")


def read(path: Path) -> Iterator[Record]:
    """The records of a file that `History` wrote. Raises pydantic.ValidationError on anything else."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield _RECORD.validate_json(line)
