"""One simulated box up a pole: power, process, disk, clock, lines, and the real agent inside, driven as its own loop drives it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import structlog

from edge_agent.agent import Agent
from edge_agent.boot import Boot
from edge_agent.folder import DATABASE, open_store
from edge_agent.identity import Identity
from edge_agent.options import Options
from edge_agent.ports import ClockSource, Ports
from loa.chaos import history as h
from loa.chaos.broker import Broker
from loa.chaos.clock import NTP_ERROR_S, BoxClock
from loa.chaos.disk import PowerCutError, Shelf, TearingStore, damage, happening, remembered
from loa.chaos.fittings import Body, Caretaker, Inspector, Mixer
from loa.chaos.kernel import Kernel
from loa.chaos.keys import signing_key
from loa.chaos.speaker import Horn, Relay
from loa.chaos.station import STATION, Station, token_id
from loa.chaos.ways import Http, Lines, Wire
from protocol import topics
from protocol.enrolment import BrokerAccess, EnrolAnswer
from protocol.keys import Role, device_owner

log = structlog.get_logger(__name__)

BOOT_S = 20.0
RESTART_S = 5.0
LONGEST_RESTART_S = 600.0
AT_ONCE_S = 0.001
ANSWER_S = 0.05
SPIN = 300
"""An agent that asks to be called again at once so often without time passing is caught in a circle."""
JUDGED = frozenset({"desired", "config", "cmd", "alert"})


class Box:
    """`rtc`: it has a clock battery. `length_ms` knows how long a file is meant to sound."""

    def __init__(
        self,
        kernel: Kernel,
        device: str,
        *,
        folder: Path,
        station: Station,
        broker: Broker,
        rtc: bool,
        length_ms: Callable[[str], int],
        record: Callable[[h.Record], None],
    ) -> None:
        self.device = device
        self.rtc = rtc
        self.lines = Lines()
        self._kernel = kernel
        self._folder = folder
        self._record = record
        self._random = kernel.random(f"{device}/box")
        self._agent_random = kernel.random(f"{device}/agent")
        self._key = signing_key(kernel.random(f"{device}/key"), Role.DEVICE, device_owner(STATION, device))
        trust = station.enrol(device, self._key.public)
        access = BrokerAccess(host="broker.invalid", port=1883, username=device, password="simulated")  # noqa: S106
        answer = EnrolAnswer(station=STATION, device_id=device, name=device, trust=trust, broker=access)
        self._identity = Identity(station_url="http://station.invalid", answer=answer)
        broker.register(device, topics.device_subscriptions(STATION, device))
        folder.mkdir(parents=True)
        self.shelf = Shelf(folder / "audio", lambda sha256: self._file(sha256, "gone"))
        self.clock = BoxClock(
            kernel,
            device,
            drift=self._random.uniform(-5e-5, 5e-5),
            record=record,
            changed=lambda: self.tell(lambda _agent: None),
        )
        self._relay = Relay(kernel, device, record)
        self._horn = Horn(
            kernel,
            device,
            library=self.shelf,
            clock=self.clock,
            random=kernel.random(f"{device}/horn"),
            length_ms=length_ms,
            record=record,
            tell=self.tell,
        )
        self._wire = Wire(
            kernel,
            device,
            broker=broker,
            lines=self.lines,
            random=kernel.random(f"{device}/wire"),
            tell=self.tell,
            receive=self._receive,
        )
        self._http = Http(
            kernel,
            device,
            station=station,
            lines=self.lines,
            clock=self.clock,
            library=self.shelf,
            random=kernel.random(f"{device}/http"),
            tell=self.tell,
            polled=self._polled,
            filed=lambda sha256: self._file(sha256, "good"),
        )
        self._store: TearingStore | None = None
        self._agent: Agent | None = None
        self._powered = False
        self._boots = 0
        self._life = 0
        self._wakes = 0
        self._spins = 0
        self._falls = 0
        self._doubtful: list[tuple[int, str]] = []
        self._died_s = 0.0
        self._off_wall_s = 0.0
        self._off_s = 10.0

    @property
    def alive(self) -> bool:
        """Whether an agent runs."""
        return self._agent is not None

    # ------------------------------------------------------------ what the world does

    def power(self, *, on: bool) -> None:
        """Mains."""
        if on and not self._powered:
            self._powered = True
            self._boots += 1
            if self.rtc:
                self.clock.boot(self._random.uniform(-1.0, 1.0), ClockSource.RTC)
            else:  # the time of the last shutdown, as fake-hwclock keeps it, or 1970
                shown = self._off_wall_s if self._random.random() < 0.7 else 0.0
                self.clock.boot(shown - self._kernel.now, None)
            life = self._new_life()
            self._kernel.after(BOOT_S, lambda: self._begin(life, "power"))
        elif not on and self._powered:
            self._powered = False
            self._off_wall_s = self.clock.wall_s()
            self._new_life()
            self._die("power")
            self.shelf.cut(self._random)

    def cut_in_commit(self, off_s: float) -> None:
        """The power goes in the middle of the next write, and comes back."""
        if self._store is not None:
            self._store.doomed = True
            self._off_s = off_s

    def crash(self) -> None:
        """The process is killed; what it has written stays. systemd starts it again."""
        if self._agent is not None:
            life = self._new_life()
            self._die("crash")
            self._kernel.after(RESTART_S, lambda: self._begin(life, "crash"))

    def damage(self, off_s: float) -> None:
        """The power goes, and takes a part of the database with it."""
        if self._powered:
            self.power(on=False)
            if (self._folder / DATABASE).exists():
                damage(self._folder, self._random)
            self._kernel.after(off_s, lambda: self.power(on=True))

    def flip(self, sha256: str) -> None:
        """A file goes bad."""
        if self.shelf.flip(sha256, self._random):
            self._file(sha256, "bad")

    def set_lines(self, *, broker: bool, web: bool, slow: bool) -> None:
        """The ways out."""
        was = self.lines.broker
        self.lines.broker, self.lines.web, self.lines.slow = broker, web, slow
        self._record(h.Line(t=self._kernel.now, device=self.device, broker=broker, web=web, slow=slow))
        if was and not broker:
            self._wire.lost()

    def set_full(self, *, full: bool) -> None:
        """Room for another file."""
        self.shelf.fill(full=full)
        self._record(h.Room(t=self._kernel.now, device=self.device, full=full))

    def ntp(self, *, reached: bool) -> None:
        """The time servers answer, or no longer."""
        if not self._powered:
            return
        if reached:
            self.clock.set(self._random.uniform(-NTP_ERROR_S, NTP_ERROR_S), ClockSource.NTP)
        else:
            self.clock.set(self.clock.error_s, ClockSource.RTC if self.rtc else None)

    def step_clock(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        if self._powered and self.clock.source() is None:
            self.clock.set(self.clock.error_s + seconds, None)

    def button(self) -> None:
        """Stop, at the box."""
        if self._agent is not None:
            self._record(h.Button(t=self._kernel.now, device=self.device))
            self.tell(lambda agent: agent.button())

    def tell(self, act: Callable[[Agent], None]) -> None:
        """Call the agent, if it lives, and let it do what is due; whatever comes out of it ends the process."""
        agent = self._agent
        if agent is None:
            return
        try:
            act(agent)
            wake_mono_s = agent.step()
        except PowerCutError:
            self._cut()
            return
        except sqlite3.Error as error:
            self._fall(f"{h.FELL}database: {error}")
            return
        except Exception as error:
            log.debug("agent failed", exc_info=True)
            self._fall(f"{h.FELL}{type(error).__name__}: {error}")
            return
        self._sleep(wake_mono_s)

    def _later(self, act: Callable[[Agent], None]) -> None:
        """What hangs on the box answers a moment later, in the same life."""
        life = self._life
        self._kernel.after(ANSWER_S, lambda: self.tell(act) if self._life == life else None)

    def heal(self) -> None:
        """Power and room, for good."""
        if self._store is not None:
            self._store.doomed = False
        self.set_full(full=False)
        self.power(on=True)

    def finish(self) -> None:
        """At the end: what the device remembers."""
        if self._agent is None or self._store is None:
            return
        for job_id, attempt, state in remembered(self._store):
            self._record(
                h.Remembered(t=self._kernel.now, device=self.device, job_id=job_id, attempt=attempt, state=state)
            )
        self._record(h.Outbox(t=self._kernel.now, device=self.device, waiting=self._agent.outbox.waiting))

    def close(self) -> None:
        """The simulation is over."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._agent = None

    # ------------------------------------------------------------ life

    def _new_life(self) -> int:
        self._life += 1
        return self._life

    def _begin(self, life: int, cause: str) -> None:
        if life != self._life:
            return
        store, reborn = open_store(self._folder / DATABASE, lambda path: TearingStore(path, self._recorded))
        self._store = store
        self._settle(store, reborn=reborn)
        ports = Ports(
            clock=self.clock,
            link=self._wire,
            web=self._http,
            library=self.shelf,
            output=self._horn,
            amplifier=self._relay,
            volume=Mixer(self._later),
            health=Body(),
            caretaker=Caretaker(self._later),
            inspector=Inspector(self.shelf, self._later),
        )
        self._record(h.Running(t=self._kernel.now, device=self.device, on=True, cause=cause))
        try:
            self._agent = Agent(
                identity=self._identity,
                key=self._key,
                store=store,
                ports=ports,
                boot=Boot(boot_id=f"boot-{self._boots}", reason=cause, version="chaos", reborn=reborn),
                options=Options(),
                random=self._agent_random,
            )
            self._agent.start()
        except Exception as error:
            log.debug("agent failed to start", exc_info=True)
            self._fall(f"{h.FELL}{type(error).__name__}: {error}")
            return
        self.tell(lambda _agent: None)

    def _settle(self, store: TearingStore, *, reborn: bool) -> None:
        """What the last life left in doubt is now known."""
        if reborn:
            self._record(h.Wiped(t=self._kernel.now, device=self.device))
        for seq, text in self._doubtful:
            if not reborn and text in store.events(seq - 1, 1):
                event = happening(store.fact("epoch") or "", seq, text)
                self._record(h.Recorded(t=self._died_s, device=self.device, event=event))
        self._doubtful = []

    def _die(self, cause: str) -> None:
        if self._store is None:
            return
        self._agent = None
        self._died_s = self._kernel.now
        self._horn.silence()
        if cause == "power":
            self._relay.switch(on=False)
        self._wire.die()
        self._http.die()
        self._doubtful = self._store.die(self._random, crash=cause != "power")
        self._store = None
        self._record(h.Running(t=self._kernel.now, device=self.device, on=False, cause=cause))

    def _cut(self) -> None:
        self.power(on=False)
        self._kernel.after(self._off_s, lambda: self.power(on=True))

    def _fall(self, cause: str) -> None:
        life = self._new_life()
        self._falls += 1
        self._die(cause)
        self._kernel.after(min(RESTART_S * 2**self._falls, LONGEST_RESTART_S), lambda: self._begin(life, "crash"))

    def _sleep(self, wake_mono_s: float) -> None:
        self._wakes += 1
        number = self._wakes
        due = self.clock.true_at(wake_mono_s)
        if due <= self._kernel.now:
            self._spins += 1
            if self._spins > SPIN:
                self._spins = 0
                self._fall(f"{h.FELL}called again and again at once")
                return
        else:
            self._spins = 0
        self._kernel.at(max(due, self._kernel.now + AT_ONCE_S), lambda: self._wake(number))

    def _wake(self, number: int) -> None:
        if number == self._wakes:
            self.tell(lambda _agent: None)

    # ------------------------------------------------------------ what is written down

    def _recorded(self, event: h.Happening) -> None:
        self._record(h.Recorded(t=self._kernel.now, device=self.device, event=event))

    def _file(self, sha256: str, state: str) -> None:
        line = {"t": self._kernel.now, "device": self.device, "sha256": sha256, "state": state}
        self._record(h.File.model_validate(line))

    def _receive(self, topic: str, payload: bytes) -> bool:
        if self._agent is None:
            return False
        if topic.rpartition("/")[2] in JUDGED:
            return self._hand(payload, lambda agent: agent.message(topic, payload))
        life = self._life
        self.tell(lambda agent: agent.message(topic, payload))
        return self._life == life

    def _polled(self, token: str, error_s: float, act: Callable[[Agent], None]) -> None:
        self._record(h.Fixed(t=self._kernel.now, device=self.device, error_s=error_s))
        self._hand(token, act)

    def _hand(self, token: str | bytes, act: Callable[[Agent], None]) -> bool:
        """Let the agent take a message, and write down whether it lived through it."""
        life, t = self._life, self._kernel.now
        self.tell(act)
        done = self._life == life
        self._record(h.Delivered(t=t, device=self.device, token=token_id(token), interrupted=not done))
        return done
