"""The agent: one object, driven from outside, that does no input or output itself.

Drive it like this: call `start`, then for ever `step`, which does what is due and returns the monotonic instant at which it must be
called again at the latest; in between, call the methods under "what the world says" as things happen, each followed by `step`.
One thread only. When a method returns, what it did is on disk: only then may a message be acknowledged to the broker.
An sqlite3.Error out of any method means that nothing can be remembered any more: let the process end and start again.
"""

from random import Random

import structlog

from edge_agent.boot import Boot
from edge_agent.commands import Commands
from edge_agent.despatch import Despatch
from edge_agent.director import Director
from edge_agent.errands import Errands
from edge_agent.fetching import Fetching
from edge_agent.gate import Gate
from edge_agent.horn_test import HornTest
from edge_agent.identity import Identity
from edge_agent.inspection import Inspection
from edge_agent.ledger import Ledger, Record
from edge_agent.line import Line
from edge_agent.loudness import Loudness
from edge_agent.options import Options
from edge_agent.orders import Orders
from edge_agent.outbox import Outbox
from edge_agent.performing import Performer
from edge_agent.polling import Polling
from edge_agent.ports import TEST_VOICE, FetchOutcome, LoadProblem, Ports
from edge_agent.power import Power
from edge_agent.rebirth import Rebirth
from edge_agent.reception import Reception
from edge_agent.signing import Voucher
from edge_agent.stage import Stage
from edge_agent.store import Store
from edge_agent.telemetry import Telemetry
from edge_agent.timekeeping import Timekeeper
from protocol import topics
from protocol.envelope import Kind
from protocol.keys import SigningKey, TrustSet
from protocol.messages import CommandResult, Config, Evidence, FaultReport
from protocol.states import Reason, State

log = structlog.get_logger(__name__)


class Agent:
    """Everything that decides, wired together."""

    def __init__(
        self,
        *,
        identity: Identity,
        key: SigningKey,
        store: Store,
        ports: Ports,
        boot: Boot,
        options: Options,
        random: Random,
    ) -> None:
        answer = identity.answer
        self._store = store
        self._boot = boot
        self._progress = ports.progress
        self._talk = ports.talk
        self.time = Timekeeper(ports.clock)
        self._voucher = Voucher(key, station=identity.station, store=store, time=self.time)
        self.outbox = Outbox(
            store,
            self.time,
            boot_id=boot.boot_id,
            random=random,
            options=options,
            send=lambda batch: self._despatch.batch(batch),  # noqa: PLW0108  the despatch comes to be below
        )
        trust = store.fact("trust")
        self._gate = Gate(
            store,
            self.outbox,
            self.time,
            trust=TrustSet.model_validate_json(trust) if trust else answer.trust,
            device=identity.device,
            station=identity.station,
        )
        self.ledger = Ledger(store, self.outbox, self.time, boot_id=boot.boot_id)
        stage = Stage()
        self._performer = Performer(
            stage=stage,
            ledger=self.ledger,
            output=ports.output,
            time=self.time,
            options=options,
            bad_file=self._bad_file,
            missing_file=self._missing_file,
            progress=ports.progress,
            witness=ports.witness,
        )
        loudness = Loudness(ports.volume, self.time)
        self.director = Director(
            stage=stage,
            performer=self._performer,
            ledger=self.ledger,
            library=ports.library,
            power=Power(ports.amplifier, self.time),
            loudness=loudness,
            time=self.time,
            options=options,
            trusted=self._gate.believes,
        )
        self._fetching = Fetching(
            ledger=self.ledger,
            library=ports.library,
            web=ports.web,
            time=self.time,
            random=random,
            options=options,
            refused=self._bad_hash,
        )
        self._rebirth = Rebirth(store, self.time)
        self._inspection = Inspection(
            inspector=ports.inspector,
            library=ports.library,
            fetching=self._fetching,
            director=self.director,
            time=self.time,
            spoiled=lambda sha256: self._spoiled(sha256, "on disk"),
        )
        self._orders = Orders(
            store=store,
            gate=self._gate,
            ledger=self.ledger,
            outbox=self.outbox,
            director=self.director,
            performer=self._performer,
            fetching=self._fetching,
            time=self.time,
            device_id=answer.device_id,
            rebirth=self._rebirth,
        )
        self._line = Line(
            link=ports.link,
            voucher=self._voucher,
            time=self.time,
            random=random,
            options=options,
            station=answer.station,
            device_id=answer.device_id,
            version=boot.version,
            boot_reason=boot.reason,
            fresh=store.message(Kind.DESIRED) is None,
        )
        self._errands = Errands(
            store=store,
            link=ports.link,
            line=self._line,
            voucher=self._voucher,
            topic=topics.device(answer.station, answer.device_id, "res"),
            version=boot.version,
        )
        self._horn_test = HornTest(
            store=store,
            outbox=self.outbox,
            director=self.director,
            caretaker=ports.caretaker,
            time=self.time,
            device=identity.device,
            answer=self._errands.answer,
        )
        self._commands = Commands(
            gate=self._gate,
            store=store,
            errands=self._errands,
            director=self.director,
            loudness=loudness,
            horn_test=self._horn_test,
            caretaker=ports.caretaker,
        )
        self._despatch = Despatch(
            ports=ports,
            outbox=self.outbox,
            line=self._line,
            voucher=self._voucher,
            time=self.time,
            options=options,
            station=answer.station,
            device_id=answer.device_id,
        )
        self._polling = Polling(
            web=ports.web,
            gate=self._gate,
            store=store,
            time=self.time,
            random=random,
            options=options,
            silent=self._despatch.silent,
        )
        self._telemetry = Telemetry(
            ports=ports,
            store=store,
            ledger=self.ledger,
            director=self.director,
            time=self.time,
            voucher=self._voucher,
            station=answer.station,
            device_id=answer.device_id,
        )
        self._reception = Reception(
            gate=self._gate,
            store=store,
            outbox=self.outbox,
            orders=self._orders,
            commands=self._commands,
            polling=self._polling,
            despatch=self._despatch,
            configure=self._configure,
            station=answer.station,
            device_id=answer.device_id,
        )

    # ------------------------------------------------------------ driving

    def start(self) -> None:
        """Take up from disk where the last life ended. Nothing is sent or sounded before `step`."""
        with self._store.transaction():
            if self._boot.reborn:
                self._rebirth.begin()
            self._reception.recall_config()
            self.director.recover()
        self._reception.recall_desired()
        self._errands.cut_off()
        log.info("agent started", boot=self._boot.boot_id, epoch=self.outbox.epoch, clock=self.time.state)

    def step(self) -> float:
        """Do what is due; the monotonic instant at which to be called again at the latest."""
        if self._progress is not None:
            self._progress.note_memory(self.outbox.epoch, self.outbox.last)
        self._orders.step()
        wakes = [self._fetching.step(), self.director.step(), self._fetching.step()]
        if self.director.rushing:  # nothing else goes to the disk before it sounds
            wakes.append(self.director.rush_until_mono_s)
        else:
            wakes += [
                self._line.step(),
                self.outbox.step(),
                self._polling.step(),
                self._despatch.step(),
                self._horn_test.step(),
                self._inspection.step(),
                self._telemetry.step() if self._line.up else None,
            ]
            if self._store.untidy and self.director.calm:
                self._store.tidy()
        return min(wake for wake in wakes if wake is not None)

    @property
    def understood(self) -> bool:
        """Whether the broker hears us, and the station's signed answer to something said in this life was believed."""
        return self._line.up and self._reception.answered

    def shut_down(self) -> None:
        """The process ends in good order: what sounds is cut, and the station is told."""
        for record in self.director.sounding():
            if not record.emergency:
                self._performer.end(record, State.CUT, reason=Reason.POWER)
        self._line.leave()

    # ------------------------------------------------------------ what the world says: the station

    def connected(self) -> None:
        """The broker has taken the connection; subscriptions are on their way."""
        self._telemetry.line_opened()
        self.outbox.line(open_=True)
        self._line.connected()
        self._errands.line_opened()

    def disconnected(self, reason: str) -> None:
        """The connection is gone, or an attempt to make one has failed."""
        self._line.disconnected(reason)
        self.outbox.line(open_=False)

    def message(self, topic: str, payload: bytes) -> None:
        """Something came on a topic; it is believed or refused, and on disk when this returns."""
        self._reception.message(topic, payload)

    def polled(self, token: str | None, sent_mono_s: float, received_mono_s: float) -> None:
        """The station's answer to a poll, None if there was none."""
        self._reception.polled(token, sent_mono_s, received_mono_s)

    def posted(self, token: str) -> None:
        """The station's sealed acknowledgement of reports that went by HTTPS."""
        self._reception.acknowledgement(token)

    def fetched(self, sha256: str, outcome: FetchOutcome, detail: str = "") -> None:
        """A download has ended."""
        self._fetching.fetched(sha256, outcome, detail)

    def inspected(self, sha256: str, *, good: bool) -> None:
        """A file of the library was read to its end, and is what its name says, or not."""
        self._inspection.inspected(sha256, good=good)

    # ------------------------------------------------------------ what the world says: the box

    def voice_loaded(self, voice: str) -> None:
        """A voice is ready to start."""
        self._performer.loaded(voice)

    def voice_failed(self, voice: str, problem: LoadProblem, detail: str = "") -> None:
        """A voice could not be loaded, or broke while sounding."""
        if voice == TEST_VOICE:
            self._horn_test.failed()
        self._performer.failed(voice, problem, detail)

    def voice_started(self, voice: str, take: int, mono_s: float) -> None:
        """The first frame came out at that instant."""
        self._performer.started(voice, take, mono_s)

    def voice_ended(self, voice: str, take: int, position_ms: int) -> None:
        """A voice has come to its end by itself."""
        self._performer.finished(voice, take, position_ms)

    def voice_witnessed(self, voice: str, evidence: Evidence) -> None:
        """Current or a microphone tells that it sounds."""
        self._performer.witnessed(voice, evidence)

    def button(self) -> None:
        """Somebody at the box has pressed stop."""
        log.warning("local stop")
        with self._store.transaction():
            self.director.stop_all(Reason.LOCAL_STOP)

    def fault(self, report: FaultReport) -> None:
        """Something on the box does not work: told to the station."""
        with self._store.transaction():
            self.outbox.add("fault", report, hurry=True)

    def task_done(self, result: CommandResult) -> None:
        """An act of remote care has ended."""
        if not self._horn_test.took(result):
            self._errands.answer(result)

    def handed_over(self, payload: bytes) -> None:
        """The broker has what was to be receipted."""
        self._errands.handed_over(payload)

    def mixer_said(self, told: int, percent: int | None) -> None:
        """The mixer was told so much and stands there now; None: it does not answer."""
        self._telemetry.look_again()
        self._commands.mixer_said(told, percent)

    # ------------------------------------------------------------ inside

    def _configure(self, config: Config) -> None:
        self._gate.trust(config.trust)
        self._telemetry.heartbeat_s = float(config.heartbeat_s)
        self.director.configure(config)
        self._horn_test.configure(config)
        if self._talk is not None:
            self._talk.set_level(config.log_level)

    def _spoiled(self, sha256: str, detail: str) -> None:
        """A file on disk is not what its name says any more."""
        self._fetching.spoiled(sha256)
        self._bad_hash(sha256, detail)

    def _bad_hash(self, sha256: str, detail: str) -> None:
        self._gate.refuse("audio", "bad_hash", detail, sha256=sha256)

    def _bad_file(self, record: Record, detail: str) -> None:
        if record.job.audio is not None:
            self._spoiled(record.job.audio.sha256, detail)

    def _missing_file(self, record: Record) -> None:
        self._fetching.lost(record)
