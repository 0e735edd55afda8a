"""Where the outside world is. The logic of the agent touches the world only through these; each has a real implementation in
`edge_agent.runtime` or `edge_agent.sound` and a full fake under tests/.

No call here may block. What takes time answers later, by a call of the agent's method named in the docstring. Instants are
monotonic seconds (`mono_s`) or Unix seconds (`wall_s`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from protocol.enrolment import PollRequest
from protocol.jobs import Stream
from protocol.messages import Evidence


class ClockSource(StrEnum):
    """What vouches for the system's wall clock at this moment."""

    NTP = "ntp"
    RTC = "rtc"


class Clock(Protocol):
    """The two clocks of the box."""

    def wall_s(self) -> float:
        """Unix time as the system believes it; may step."""
        ...

    def mono_s(self) -> float:
        """Seconds since boot; never steps."""
        ...

    def source(self) -> ClockSource | None:
        """What vouches for the wall clock now; None is nobody."""
        ...


class Link(Protocol):
    """The line to the broker. Answers by `Agent.connected`, `Agent.disconnected` and `Agent.message`."""

    def connect(self, will: bytes, *, fresh: bool) -> None:
        """Begin to connect. `fresh`: this box has lost its state, so an old session is of no use."""
        ...

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, receipt: bool = False) -> None:
        """Hand over for sending. Nothing is promised: what must arrive is acknowledged end to end.

        `receipt`: answers by `Agent.handed_over` when the broker has it.
        """
        ...

    def disconnect(self) -> None:
        """Leave without the will."""
        ...


class Lane(StrEnum):
    """Ways for downloads side by side: what is needed soon never waits behind bulk, and an emergency behind nothing."""

    ALARM = "alarm"
    SOON = "soon"
    BULK = "bulk"


@dataclass(frozen=True)
class FetchOrder:
    """A file to bring into the library."""

    sha256: str
    size: int
    urls: tuple[str, ...]
    lane: Lane


class FetchOutcome(StrEnum):
    """How a fetch ended."""

    DONE = "done"  # in the library, hash right
    BAD_HASH = "bad_hash"  # whole, and not what was asked for; deleted
    FAILED = "failed"  # network, server; what has come is kept for the next try
    NO_SPACE = "no_space"
    GAVE_WAY = "gave_way"  # broken off for what is preferred; what has come is kept


class Web(Protocol):
    """HTTP to the station, each request with the device's proof."""

    def fetch(self, order: FetchOrder) -> None:
        """Answers by `Agent.fetched`. At most one file a lane at a time is asked for."""
        ...

    def prefer(self, sha256s: frozenset[str]) -> None:
        """A narrow line is for these files alone from now on: whatever else is on its way gives way. Empty: for all again."""
        ...

    def poll(self, request: PollRequest) -> None:
        """Answers by `Agent.polled`."""
        ...

    def post_events(self, token: str) -> None:
        """Answers by `Agent.posted` with the sealed `ack`, or not at all."""
        ...


class Library(Protocol):
    """The content-addressed audio store."""

    def has(self, sha256: str) -> bool:
        """Whether a file of that name is here. Its bytes are checked when it is loaded, before every play."""
        ...

    def discard(self, sha256: str) -> None:
        """Forget a file: it is bad, or its room is needed."""
        ...

    def clean(self, keep: frozenset[str]) -> None:
        """Forget what came in of files that nothing wants any more."""
        ...

    def files(self) -> dict[str, int]:
        """Every file with its size in bytes."""
        ...

    def free_bytes(self) -> int | None:
        """Room left for audio; None if that cannot be measured."""
        ...


class LoadProblem(StrEnum):
    """Why a voice could not be loaded."""

    MISSING = "missing"
    BAD_HASH = "bad_hash"
    UNDECODABLE = "undecodable"
    NO_OUTPUT = "no_output"


class Output(Protocol):
    """Where sound comes out. A voice is one loaded sound that can be started, stopped and made quieter by its name."""

    @property
    def evidence(self) -> Evidence:
        """What the end of a voice proves."""
        ...

    @property
    def name(self) -> str:
        """The sound device, or the file of a recording sink, where a voice that starts now comes out."""
        ...

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Check the file's hash and decode ahead, the box's own chime before it if asked for.

        Answers by `Agent.voice_loaded` or `Agent.voice_failed`.
        """
        ...

    def load_stream(self, voice: str, stream: Stream) -> None:
        """Get a live source ready; answers like `load`."""
        ...

    def start(self, voice: str, take: int, *, at_mono_s: float, from_ms: int, gain_db: float) -> None:
        """First frame at that instant, or at once if it has passed. Answers by `Agent.voice_started`, then `voice_ended`, both
        with the same `take`, so that an answer to a start that was taken back is recognised.
        """
        ...

    def stop(self, voice: str) -> int | None:
        """Silence at once. Milliseconds into the sound, None if not one frame of this start came out."""
        ...

    def position_ms(self, voice: str) -> int | None:
        """How far a sounding voice is; None if it has not begun."""
        ...

    def set_gain(self, voice: str, gain_db: float) -> None:
        """Change the loudness of a voice, sounding or not."""
        ...

    def unload(self, voice: str) -> None:
        """Forget the voice, silencing it."""
        ...


class Amplifier(Protocol):
    """The relay that gives the amplifier power. None as `on` means that there is no relay on this box."""

    @property
    def warm_up_s(self) -> float: ...
    @property
    def release_s(self) -> float: ...
    @property
    def on(self) -> bool | None: ...

    def switch(self, *, on: bool) -> None:
        """Give or take power."""
        ...


class Volume(Protocol):
    """The mixer's main volume."""

    @property
    def there(self) -> bool:
        """Whether this box has one at all."""
        ...

    def set_percent(self, percent: int) -> None:
        """Answers by `Agent.mixer_said`, where there is one. Raises nothing: a mixer that refuses shows in what it says."""
        ...

    def percent(self) -> int | None:
        """As the mixer reports it; None if there is no mixer."""
        ...


@dataclass(frozen=True)
class Measurements:
    """What could be measured; None is "not measured"."""

    temperature_c: float | None = None
    disk_free_mb: int | None = None
    memory_free_mb: int | None = None
    signal_dbm: int | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None
    sound_device: str | None = None
    clock_offset_ms: float | None = None


class Health(Protocol):
    """The box's own body."""

    def measure(self) -> Measurements:
        """What is known now, quickly."""
        ...


@dataclass(frozen=True)
class Task:
    """A remote-care act that needs the real box: answered by `Agent.task_done`."""

    command_id: str
    op: str
    args: dict[str, object] = field(default_factory=dict)
    warm_in_s: float = 0.0
    """For what sounds: the horn is reserved, and the amplifier warm after so many seconds."""


TEST_VOICE = "care"
"""The voice of test tone and self-test at the output: it gives way to every order."""


class Caretaker(Protocol):
    """Carries out the commands that touch more than playing: test tone, self-test, logs, restart, update, decommission."""

    @property
    def hears(self) -> bool:
        """Whether this box has something to record its horn with: only then can it test it."""
        ...

    def begin(self, task: Task) -> None:
        """Start the act; answers by `Agent.task_done`."""
        ...


class Witness(Protocol):
    """What else than the output can tell that something sounds: current in the amplifier, a microphone."""

    def attend(self, voice: str, sha256: str, position_ms: int, *, chime: bool) -> None:
        """A voice, loaded with or without a chime, has just begun to sound from there on.

        Answers by `Agent.voice_witnessed`, or not at all.
        """
        ...


class Progress(Protocol):
    """Notes that outlive the process, if not the power; cheap enough for several a second."""

    def note(self, voice: str, played_ms: int, position_ms: int) -> None:
        """How much of it has sounded in all, and where in its present pass it is."""
        ...

    def recall(self, voice: str) -> tuple[int, int] | None:
        """The last note of the life before, None if there is none."""
        ...

    def note_memory(self, epoch: str, seq: int) -> None:
        """How far the events on disk go: a database that holds less at the next start has lost something."""
        ...


class Talk(Protocol):
    """How much the log says."""

    def set_level(self, level: str) -> None:
        """By the name of a level; one that is not known is the ordinary one."""
        ...


class Inspector(Protocol):
    """Reads a file of the library to its end, in the background."""

    def inspect(self, sha256: str) -> None:
        """Answers by `Agent.inspected`."""
        ...


@dataclass(frozen=True)
class Ports:
    """The whole outside world of one agent."""

    clock: Clock
    link: Link
    web: Web
    library: Library
    output: Output
    amplifier: Amplifier
    volume: Volume
    health: Health
    caretaker: Caretaker
    progress: Progress | None = None
    witness: Witness | None = None
    inspector: Inspector | None = None
    talk: Talk | None = None
