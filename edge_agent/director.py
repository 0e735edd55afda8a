"""Who goes on stage, when, and who leaves it for whom: deadlines, the table of priorities, policy, amplifier, volume."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from edge_agent.deadlines import Deadlines
from edge_agent.ledger import Ledger, Record
from edge_agent.loudness import Loudness
from edge_agent.options import Options
from edge_agent.performing import Performer
from edge_agent.ports import Library
from edge_agent.power import Power
from edge_agent.stage import ON_STAGE, Performance, Phase, Stage
from edge_agent.timekeeping import Timekeeper
from edge_agent.timing import TOLERANCE_S, end_of_slot_s, needed_s, remaining_s
from protocol.messages import Config
from protocol.policy import Policy
from protocol.priorities import Afterwards, Entry, rule
from protocol.states import SOUNDING, Reason, State
from schedules.policy import judge

log = structlog.get_logger(__name__)

PROGRESS_S = 5.0
"""How often progress is written down while something sounds."""
ROUNDING_S = 1e-6
"""Sums of seconds since boot are exact only to this."""
RUSH_S = 1.0
"""Everything that can wait waits at most so long for an emergency that is about to sound."""
NOW_S = 2.0
"""A start this close to its plan is judged by the plan: it is not late, only not exact."""


class Director:
    """Decides; `Performer` does. `trusted` says whether a key is still believed."""

    def __init__(
        self,
        *,
        stage: Stage,
        performer: Performer,
        ledger: Ledger,
        library: Library,
        power: Power,
        loudness: Loudness,
        time: Timekeeper,
        options: Options,
        trusted: Callable[[str], bool],
    ) -> None:
        self._stage = stage
        self._performer = performer
        self._ledger = ledger
        self._library = library
        self._power = power
        self._loudness = loudness
        self._time = time
        self._options = options
        self._trusted = trusted
        self._config: Config | None = None
        self._deadlines = Deadlines(ledger, time, trusted)
        self._warming = False
        self.rush_until_mono_s = 0.0
        """Until then an emergency that has just come may be on its way to the output."""

    def configure(self, config: Config) -> None:
        """New policy, volume or keys, for everything from now on."""
        self._config = config
        self._loudness.configure(config)
        for record in self._ledger:
            if record.ended:
                continue
            if not self._trusted(record.kid):
                if record.started:
                    self._performer.end(record, State.CUT, reason=Reason.TRUST_LOST)
            elif record.waiting and (objection := self.objection(record)):
                self._performer.end(record, State.REJECTED, reason=objection)

    def objection(self, record: Record, start_s: float | None = None) -> Reason | None:
        """Why policy forbids it: as planned, or from `start_s` on."""
        if self._config is None and start_s is None:
            return None  # whose hours they are is still on its way: judged when it would sound
        now_s = record.job.start_at.timestamp() if start_s is None else start_s
        length = timedelta(seconds=remaining_s(record, now_s))
        at = datetime.fromtimestamp(now_s, UTC)
        found = judge(self._policy, at, length, emergency=record.emergency)
        return None if found is None else Reason.POLICY

    @property
    def _policy(self) -> Policy:
        """What holds now: the contract's own hours until the station has said others."""
        return Policy() if self._config is None else self._config.policy

    def missed(self, record: Record) -> Reason | None:
        """Why it can no longer start, None if it still can."""
        return self._deadlines.missed(record)

    def recover(self) -> None:
        """After a start of the agent: what was sounding when it died is CUT; an emergency goes on."""
        for record in self._ledger:
            if record.ended or not record.started:
                continue
            if record.state is State.READY:
                self._ledger.move(record, State.PLAYING)
            at_most_ms = self._performer.recall_progress(record, PROGRESS_S + 1.0)
            if not record.emergency:
                self._ledger.move(record, State.CUT, reason=Reason.POWER, played_at_most_ms=at_most_ms)
                continue
            record.position_ms = 0
            record.waited = Reason.POWER
            if record.state in SOUNDING:
                self._ledger.move(record, State.INTERRUPTED, reason=Reason.POWER)

    def stop_all(self, reason: Reason) -> None:
        """Silence: what sounds, is interrupted, or would start now, and a test."""
        self._performer.silence_test()
        now_s = self._time.now_s() + self._options.lead_s if self._time.trusted else -math.inf
        for record in self._ledger:
            due = record.job.start_at.timestamp() <= now_s or self._deadlines.by_order(record)
            if not record.ended and (record.started or due):
                self._performer.end(record, State.CUT, reason=reason)

    def prepare(self, record: Record) -> None:
        """An emergency has just come: load its sound now if it is to sound now."""
        if self._stage.of(record) is None:
            self._preload(record)
            performance = self._stage.of(record)
            if performance is not None and self._imminent(performance):
                self.rush_until_mono_s = self._time.mono_s() + RUSH_S

    @property
    def rushing(self) -> bool:
        """Whether such an emergency has still to begin."""
        if self._time.mono_s() >= self.rush_until_mono_s:
            return False
        return any(p.record.emergency and p.phase in {Phase.LOADING, Phase.LOADED} for p in self._stage)

    @property
    def calm(self) -> bool:
        """Whether nothing is about to start: what sounds may sound on."""
        return all(p.phase is Phase.SOUNDING for p in self._stage)

    @property
    def starts(self) -> int:
        """How often in this life a test, if there was one, had to be silent."""
        return self._performer.starts

    def may_test(self, seconds: float) -> bool:
        """Whether a test of so many seconds keeps to the quiet hours; without a clock nobody can tell."""
        if not self._time.trusted:
            return True
        length = timedelta(seconds=seconds + self._power.warm_up_s)
        return judge(self._policy, self._time.now(), length) is None

    def free(self, seconds: float) -> bool:
        """Whether nothing needs the horn now, or within so many seconds and the time that it takes to make ready."""
        soon_s = self._time.now_s() + seconds + self._power.warm_up_s + self._options.preload_s
        due = any(record.waiting and record.job.start_at.timestamp() < soon_s for record in self._ledger)
        return not due and all(p.phase is Phase.LOADED for p in self._stage)

    def reserve(self, seconds: float) -> float | None:
        """Keep the amplifier on for a test of so many seconds; when it will be warm, None if something else needs the horn."""
        if not self.free(seconds):
            return None
        self._loudness.for_test()
        self._power.keep(seconds)
        return self._power.left_s

    def sounding(self) -> list[Record]:
        """What sounds now, or rests between two passes; the first class first."""
        found = [p.record for p in self._stage if p.phase in {Phase.SOUNDING, Phase.GAP}]
        return sorted(found, key=lambda record: record.job.priority)

    # ------------------------------------------------------------ time goes by

    def step(self) -> float | None:
        """Do what is due; the monotonic instant at which to be called again."""
        wakes = [wake for record in self._ledger if not record.ended and (wake := self._watch(record)) is not None]
        self._warming = False
        wakes += [wake for performance in self._candidates() if (wake := self._try(performance)) is not None]
        leading = any(p.phase in ON_STAGE and not p.ducked for p in self._stage)
        for performance in self._stage:
            if performance.ducked and not any(
                p.phase in ON_STAGE and p is not performance and p.record.job.priority < performance.record.job.priority
                for p in self._stage
            ):
                self._performer.duck(performance, under=False)
        held = any(p.phase is Phase.HELD for p in self._stage)
        alarmed = any(p.phase is Phase.LOADING and p.record.emergency and self._imminent(p) for p in self._stage)
        wake = self._power.step(needed=leading or held or alarmed or self._warming)
        if wake is not None:
            wakes.append(wake)
        return min(wakes, default=None)

    def _watch(self, record: Record) -> float | None:
        """Deadlines, decoding ahead, limits while it sounds."""
        performance = self._stage.of(record)
        if record.waiting:
            if (missed := self._deadlines.missed(record)) is not None:
                state = State.FAILED if missed is Reason.NO_OUTPUT else State.MISSED
                self._performer.end(record, state, reason=missed)
                return None
        elif self._over(record, performance):
            return None
        if performance is not None and performance.phase is Phase.SOUNDING:
            return self._while_sounding(performance)
        wakes = (self._preload(record) if performance is None else None, self._deadlines.next_look(record))
        return min((wake for wake in wakes if wake is not None), default=None)

    def _over(self, record: Record, performance: Performance | None) -> bool:
        """Whether what has started had to be ended now because it may sound no longer."""
        limit_s = end_of_slot_s(record.job)
        now_s = self._time.now_s() if self._time.trusted else self._time.floor_s  # it is not earlier than that
        if performance is not None and performance.phase in ON_STAGE:
            if record.job.stream is not None and now_s >= limit_s:
                self._performer.played(performance)
            elif now_s > limit_s + TOLERANCE_S:
                self._performer.end(record, State.CUT, reason=Reason.TOO_LATE)
            return record.ended
        left_s = limit_s - now_s
        if left_s < needed_s(record, now_s) - TOLERANCE_S or (record.job.stream is not None and left_s <= 0):
            waited = Reason.PREEMPTED if record.waited in {None, Reason.BUSY} else record.waited
            self._performer.end(record, State.FAILED if waited is Reason.NO_OUTPUT else State.CUT, reason=waited)
        return record.ended

    def _preload(self, record: Record) -> float | None:
        """Load what starts soon or goes on after a crash."""
        if record.state not in {State.READY, State.INTERRUPTED} or not self._trusted(record.kid):
            return None
        audio = record.job.audio
        if audio is not None and not self._library.has(audio.sha256):
            return None
        if record.waiting and not self._deadlines.by_order(record):
            if not self._time.trusted:
                return None
            early_s = self._options.preload_s + self._power.warm_up_s
            load_mono_s = self._time.mono_at(record.job.start_at.timestamp()) - early_s
            if self._time.mono_s() < load_mono_s:
                return load_mono_s
        if self._time.mono_s() < (barred_mono_s := self._performer.barred_until(record)):
            return barred_mono_s
        self._performer.load(record)
        return None

    def _while_sounding(self, performance: Performance) -> float:
        """Progress, policy and ceiling, every few seconds; the end of a slot to the point."""
        record = performance.record
        mono_s = self._time.mono_s()
        if mono_s >= performance.saved_mono_s + PROGRESS_S:
            self._performer.save_progress(performance)
            self._loudness.for_record(record)
            if self._time.trusted:
                at = self._time.now() - timedelta(seconds=TOLERANCE_S)
                if judge(self._policy, at, timedelta(), emergency=record.emergency) is not None:
                    self._performer.end(record, State.CUT, reason=Reason.POLICY)
                    return mono_s
        wake = performance.saved_mono_s + PROGRESS_S
        if (noted := self._performer.note_progress(performance)) is not None:
            wake = min(wake, noted)
        if self._time.trusted:
            slack_s = 0.0 if record.job.stream else TOLERANCE_S + 0.01
            wake = min(wake, self._time.mono_at(end_of_slot_s(record.job)) + slack_s)
        return max(wake, mono_s)

    # ------------------------------------------------------------ who goes on

    def _candidates(self) -> list[Performance]:
        ready = (Phase.LOADED, Phase.HELD, Phase.GAP)
        found = [p for p in self._stage if p.phase in ready and self._trusted(p.record.kid)]
        return sorted(found, key=_turn)

    def _try(self, performance: Performance) -> float | None:
        """Put one on stage if it is its instant and the table lets it; else when to try again (None: when something changes)."""
        record = performance.record
        mono_s = self._time.mono_s()
        planned_mono_s = self._planned(performance)
        if planned_mono_s is None:
            return None
        decide_mono_s = planned_mono_s - self._options.lead_s
        warm_up_s = self._power.warm_up_s
        if mono_s < decide_mono_s - warm_up_s:
            return decide_mono_s - warm_up_s
        others = [p for p in self._stage.on_stage() if p is not performance]
        if any(self._must_wait(p, performance) for p in others):
            record.waited = Reason.BUSY
            return None
        if not self._allowed(performance, max(planned_mono_s, mono_s + self._power.left_s)):
            return mono_s  # not even its amplifier gets power
        self._power.need()
        if mono_s < decide_mono_s or self._power.left_s > self._options.lead_s + ROUNDING_S:
            self._warming = True
            return max(decide_mono_s, mono_s + self._power.left_s - self._options.lead_s)
        at_mono_s = max(planned_mono_s, mono_s + self._power.left_s)
        held = [other for other in others if self._give_way(other, record)]
        self._loudness.for_record(record)
        self._performer.begin(performance, at_mono_s, held)
        for other in held:
            if rule(other.record.job.priority, record.job.priority).afterwards is Afterwards.RESTART:
                other.record.position_ms = 0
        return None

    def _imminent(self, performance: Performance) -> bool:
        """Whether the amplifier must warm up now for it to begin in time."""
        planned_mono_s = self._planned(performance)
        early_s = self._options.lead_s + self._power.warm_up_s
        return planned_mono_s is not None and planned_mono_s - early_s <= self._time.mono_s()

    def _planned(self, performance: Performance) -> float | None:
        """The instant of its first frame."""
        mono_s = self._time.mono_s()
        record = performance.record
        if performance.phase is Phase.GAP:
            return performance.gap_until_mono_s
        if performance.phase is Phase.HELD:
            return mono_s
        if self._time.trusted and not self._deadlines.at_once(record):
            return self._time.mono_at(record.job.start_at.timestamp()) - self._options.output_delay_ms / 1000
        return mono_s if self._deadlines.by_order(record) else None

    def _must_wait(self, other: Performance, arriving: Performance) -> bool:
        playing, mine = other.record.job.priority, arriving.record.job.priority
        entry = rule(playing, mine).entry
        if entry is Entry.CUT and arriving.phase is Phase.HELD and playing <= mine:
            return True  # what was cut does not cut in turn
        if entry is not Entry.WAIT:
            return False
        # An emergency gives its turn to another one between two repetitions.
        return not (other.phase is Phase.GAP and other.record.emergency and arriving.record.emergency)

    def _give_way(self, other: Performance, arriving: Record) -> bool:
        """What the table says of one that sounds; whether it is to be held, which is done in the moment of the new start."""
        cell = rule(other.record.job.priority, arriving.job.priority)
        if cell.entry is Entry.DUCK:
            self._performer.duck(other, under=True)
            return False
        if cell.afterwards is Afterwards.SKIP:
            self._performer.end(other.record, State.CUT, reason=Reason.PREEMPTED, by=arriving.job.job_id)
            return False
        return True

    def _allowed(self, performance: Performance, at_mono_s: float) -> bool:
        """Whether it may sound from that instant on; ends it if not."""
        record = performance.record
        if performance.phase is Phase.GAP or not self._time.trusted:
            return True
        at_s = self._time.now_s() + at_mono_s - self._time.mono_s()
        planned_s = record.job.start_at.timestamp()
        if not record.started and abs(at_s - planned_s) < NOW_S:
            at_s = planned_s
        objection = self.objection(record, at_s)
        if objection is None:
            return True
        self._performer.end(record, State.CUT if record.started else State.REJECTED, reason=objection)
        return False


def _turn(performance: Performance) -> tuple[int, float, float, str]:
    """The first class first; of emergencies the one not heard for longest; of others an interrupted one, then by plan."""
    record = performance.record
    fresh = 1.0 if performance.phase is Phase.LOADED else 0.0
    order = performance.sounded_mono_s if record.emergency else fresh
    return record.job.priority, order, record.job.start_at.timestamp(), record.job.job_id
