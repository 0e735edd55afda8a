"""The sound of a simulated box: loading by the agent's own decoder, an output that logs what it sounds, an amplifier."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from edge_agent.agent import Agent
from edge_agent.ports import LoadProblem
from edge_agent.sound.decoding import BadHashError, Sound, UndecodableError
from loa.chaos import history as h
from loa.chaos.clock import BoxClock
from loa.chaos.disk import Shelf
from loa.chaos.kernel import Kernel
from protocol.jobs import CHIME_MS, Stream
from protocol.messages import Evidence

LOAD_S = 0.12
WARM_UP_S = 1.5
RELEASE_S = 3.0

Tell = Callable[[Callable[[Agent], None]], None]


@dataclass
class _Voice:
    content: str
    length_ms: int | None
    """None for a stream."""
    loaded: bool = False
    take: int = 0
    from_ms: int = 0
    gain_db: float = 0.0
    lowest_db: float = 0.0
    began_s: float | None = None
    over: bool = False
    """Come to its end by itself; the agent may not have been told yet."""


class Horn:
    """The agent's Output port. `length_ms` knows how long a file is meant to sound; `tell` reaches the agent while it lives."""

    name = "horn"
    evidence = Evidence.E2

    def __init__(
        self,
        kernel: Kernel,
        device: str,
        *,
        library: Shelf,
        clock: BoxClock,
        random: Random,
        length_ms: Callable[[str], int],
        record: Callable[[h.Record], None],
        tell: Tell,
    ) -> None:
        self._kernel = kernel
        self._device = device
        self._library = library
        self._clock = clock
        self._random = random
        self._length_ms = length_ms
        self._record = record
        self._tell = tell
        self._voices: dict[str, _Voice] = {}

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Answer after LOAD_S."""
        mine = _Voice(content=sha256, length_ms=self._length_ms(sha256) + (CHIME_MS if chime else 0))
        self._voices[voice] = mine
        self._kernel.after(LOAD_S, lambda: self._load(voice, mine))

    def load_stream(self, voice: str, stream: Stream) -> None:
        """A stream is always there."""
        mine = _Voice(content=stream.urls[0], length_ms=None)
        self._voices[voice] = mine
        self._kernel.after(LOAD_S, lambda: self._loaded(voice, mine))

    def start(self, voice: str, take: int, *, at_mono_s: float, from_ms: int, gain_db: float) -> None:
        """Sound at that instant, some milliseconds late."""
        mine = self._voices[voice]
        mine.take, mine.from_ms, mine.gain_db, mine.lowest_db, mine.over = take, from_ms, gain_db, gain_db, False
        at = max(self._clock.true_at(at_mono_s), self._kernel.now) + self._random.uniform(0.0, 0.008)
        self._kernel.at(at, lambda: self._begin(voice, mine, take))

    def stop(self, voice: str) -> int | None:
        """Silence at once."""
        mine = self._voices.get(voice)
        if mine is None:
            return None
        position = self.position_ms(voice)
        mine.take = -1
        self._end(voice, mine, "stop")
        return position

    def position_ms(self, voice: str) -> int | None:
        """How far."""
        mine = self._voices.get(voice)
        if mine is not None and mine.over:
            return mine.length_ms
        if mine is None or mine.began_s is None:
            return None
        return mine.from_ms + int((self._kernel.now - mine.began_s) * 1000)

    def set_gain(self, voice: str, gain_db: float) -> None:
        """Quieter or louder."""
        mine = self._voices[voice]
        mine.gain_db = gain_db
        mine.lowest_db = min(mine.lowest_db, gain_db)

    def unload(self, voice: str) -> None:
        """Forget."""
        self.stop(voice)
        self._voices.pop(voice, None)

    def silence(self) -> None:
        """The process or the power is gone."""
        for voice, mine in self._voices.items():
            self._end(voice, mine, "power")
        self._voices.clear()

    # ------------------------------------------------------------ inside

    def _load(self, voice: str, mine: _Voice) -> None:
        if self._voices.get(voice) is not mine:
            return
        try:
            Sound.open(self._library.path(mine.content), mine.content)
        except BadHashError as error:
            problem, detail = LoadProblem.BAD_HASH, str(error)
        except UndecodableError as error:
            problem, detail = LoadProblem.UNDECODABLE, str(error)
        except OSError as error:
            problem, detail = LoadProblem.MISSING, type(error).__name__
        else:
            mine.content = self._library.actual(mine.content)
            self._loaded(voice, mine)
            return
        self._tell(lambda agent: agent.voice_failed(voice, problem, detail))

    def _loaded(self, voice: str, mine: _Voice) -> None:
        if self._voices.get(voice) is mine:
            mine.loaded = True
            self._tell(lambda agent: agent.voice_loaded(voice))

    def _begin(self, voice: str, mine: _Voice, take: int) -> None:
        if self._voices.get(voice) is not mine or mine.take != take:
            return
        mine.began_s = self._kernel.now
        began_mono_s = self._clock.mono_s()
        self._kernel.after(
            self._late(), lambda: self._tell(lambda agent: agent.voice_started(voice, take, began_mono_s))
        )
        if mine.length_ms is not None:
            left_s = max(0.0, (mine.length_ms - mine.from_ms) / 1000)
            self._kernel.after(left_s, lambda: self._finish(voice, mine, take))

    def _finish(self, voice: str, mine: _Voice, take: int) -> None:
        if self._voices.get(voice) is not mine or mine.take != take or mine.began_s is None:
            return
        assert mine.length_ms is not None
        position = mine.length_ms
        self._end(voice, mine, "end")
        mine.over = True
        self._kernel.after(self._late(), lambda: self._tell(lambda agent: agent.voice_ended(voice, take, position)))

    def _late(self) -> float:
        return self._random.uniform(0.001, 0.02)

    def _end(self, voice: str, mine: _Voice, how: str) -> None:
        if mine.began_s is None:
            return
        job_id, _, attempt = voice.rpartition("/")
        self._record(
            h.Sound.model_validate(
                {
                    "t": self._kernel.now,
                    "device": self._device,
                    "job_id": job_id,
                    "attempt": int(attempt),
                    "content": mine.content,
                    "start_s": mine.began_s,
                    "from_ms": mine.from_ms,
                    "gain_db": mine.lowest_db,
                    "ended": how,
                }
            )
        )
        mine.began_s = None


class Relay:
    """The agent's Amplifier port: a relay that logs."""

    warm_up_s = WARM_UP_S
    release_s = RELEASE_S

    def __init__(self, kernel: Kernel, device: str, record: Callable[[h.Record], None]) -> None:
        self._kernel = kernel
        self._device = device
        self._record = record
        self._on = False

    @property
    def on(self) -> bool | None:
        """Whether there is power."""
        return self._on

    def switch(self, *, on: bool) -> None:
        """Give or take it."""
        if on != self._on:
            self._on = on
            self._record(h.Amplifier(t=self._kernel.now, device=self._device, on=on))
