"""Carrying performances out: start, hold, duck, end, and what the output answers. Every start is on disk before its first frame."""

from collections.abc import Callable, Sequence

import structlog

from edge_agent.ledger import Key, Ledger, Record
from edge_agent.options import Options
from edge_agent.ports import TEST_VOICE, LoadProblem, Output, Progress, Witness
from edge_agent.stage import Performance, Phase, Stage
from edge_agent.timekeeping import Timekeeper
from edge_agent.timing import needed_s, pass_ms
from protocol.messages import Evidence
from protocol.priorities import DUCK_DB
from protocol.states import ENDS, SOUNDING, Reason, State

log = structlog.get_logger(__name__)

NOTE_S = 0.25
"""How often progress is noted where it outlives the process."""
AGAIN_S = 2.0
"""Between two tries of a sound device that refuses."""
SILENT_S = 10.0
"""A relay out of which nothing has come for so long, neither stream nor fallback, was not heard."""
SLACK_S = 0.25
"""How late such a note may be on a busy box."""


class Performer:
    """The stage's hands. `bad_file` and `missing_file` are told when a record's file cannot be used."""

    def __init__(
        self,
        *,
        stage: Stage,
        ledger: Ledger,
        output: Output,
        time: Timekeeper,
        options: Options,
        bad_file: Callable[[Record, str], None],
        missing_file: Callable[[Record], None],
        progress: Progress | None = None,
        witness: Witness | None = None,
    ) -> None:
        self._stage = stage
        self._ledger = ledger
        self._output = output
        self._time = time
        self._delay_s = options.output_delay_ms / 1000
        self._bad_file = bad_file
        self._missing_file = missing_file
        self._progress = progress
        self._witness = witness
        self._barred: dict[Key, float] = {}
        self.starts = 0
        """How often in this life a test, if there was one, had to be silent."""

    # ------------------------------------------------------------ what is done to a performance

    def load(self, record: Record) -> None:
        """Decode ahead."""
        self._stage.put(Performance(record))
        if record.job.stream is not None:
            self._output.load_stream(record.voice, record.job.stream)
        elif record.job.audio is not None:
            self._output.load(record.voice, record.job.audio.sha256, chime=record.job.chime)

    def begin(self, performance: Performance, at_mono_s: float, instead_of: Sequence[Performance] = ()) -> None:
        """Order the first frame for that instant, and hold what sounds instead; the start is on disk before either.

        One commit lies before the new sound, whatever it interrupts: what that has come to is written down afterwards.
        """
        record = performance.record
        record.waited = None
        self.silence_test()
        if not record.started:
            record.started = True
            if record.state is State.READY:
                self._ledger.save(record)
            else:  # its file went after it was loaded: the checked bytes in memory are what sounds
                self._ledger.move(record, State.READY)
        performance.phase = Phase.ORDERED
        performance.take += 1
        performance.from_ms = record.position_ms
        performance.before_ms = record.played_ms
        performance.ducked = False
        silenced = [(other, self._silence(other)) for other in instead_of]
        self._output.start(
            record.voice, performance.take, at_mono_s=at_mono_s, from_ms=record.position_ms, gain_db=record.job.gain_db
        )
        for other, frames in silenced:
            self._held(other, frames=frames, by=record.job.job_id)

    def silence_test(self) -> None:
        """A test gives way to everything, and does not count then."""
        self.starts += 1
        self._output.unload(TEST_VOICE)

    def duck(self, performance: Performance, *, under: bool) -> None:
        """Quieter underneath, or back to its own loudness."""
        if performance.ducked != under:
            performance.ducked = under
            self._output.set_gain(
                performance.record.voice, performance.record.job.gain_db + (DUCK_DB if under else 0.0)
            )

    def end(self, record: Record, state: State, *, reason: Reason | None = None, by: str | None = None) -> None:
        """Silence and end a record, whatever it is doing. What had started cannot end as if it had not, and the other way round."""
        if state not in ENDS:
            raise ValueError(state)
        performance = self._stage.of(record)
        if performance is not None:
            if not self._silence(performance) and record.state is State.READY:
                record.started = False
            self._output.unload(record.voice)
            self._stage.drop(record)
        if state is State.CUT and not record.started:
            # A relay whose slot another one has taken before its first frame was not cut: it came too late.
            state, reason = (State.MISSED, Reason.BUSY) if reason is Reason.PREEMPTED else (State.CANCELLED, reason)
        self._barred.pop(record.key, None)
        self._ledger.move(record, state, reason=reason, by=by)

    def forget(self, record: Record) -> None:
        """Its sound is another one now: silence the old one; what had started goes on with the new."""
        performance = self._stage.of(record)
        if performance is None:
            return
        self._held(performance, frames=self._silence(performance), by=None)
        self._output.unload(record.voice)
        self._stage.drop(record)

    def save_progress(self, performance: Performance) -> None:
        """Write down how much has sounded: after a crash this is what is known."""
        performance.saved_mono_s = self._time.mono_s()
        self._measure(performance)
        self._ledger.save(performance.record)

    def note_progress(self, performance: Performance) -> float | None:
        """Note it where the death of the process cannot reach it; when to do so again, None where there is no such place."""
        if self._progress is None:
            return None
        mono_s = self._time.mono_s()
        if mono_s >= performance.noted_mono_s + NOTE_S:
            performance.noted_mono_s = mono_s
            self._measure(performance)
            record = performance.record
            self._progress.note(record.voice, record.played_ms, record.position_ms)
        return performance.noted_mono_s + NOTE_S

    def recall_progress(self, record: Record, uncertain_s: float) -> int:
        """After a crash: what is known of how much has sounded, into the record; how much it can have been at most, in ms."""
        found = None if self._progress is None else self._progress.recall(record.voice)
        if found is not None and found[0] >= record.played_ms:
            record.played_ms, record.position_ms = found
            uncertain_s = NOTE_S + SLACK_S
        return record.played_ms + round(uncertain_s * 1000)

    # ------------------------------------------------------------ what the output answers

    def loaded(self, voice: str) -> None:
        """A voice can start now."""
        performance = self._stage.by_voice(voice)
        if performance is not None and performance.phase is Phase.LOADING:
            performance.phase = Phase.HELD if performance.record.started else Phase.LOADED

    def failed(self, voice: str, problem: LoadProblem, detail: str) -> None:
        """A voice cannot be used, or broke while sounding."""
        performance = self._stage.by_voice(voice)
        if performance is None:
            return
        record = performance.record
        log.warning("voice failed", voice=voice, problem=problem, detail=detail)
        if problem in {LoadProblem.BAD_HASH, LoadProblem.MISSING}:
            self._output.unload(voice)
            self._stage.drop(record)
            record.waited = Reason.NO_AUDIO
            if problem is LoadProblem.BAD_HASH:
                self._bad_file(record, detail)
            self._missing_file(record)
            return
        if problem is LoadProblem.NO_OUTPUT and (record.emergency or performance.phase is not Phase.SOUNDING):
            self._again(performance)
            return
        reason = Reason.BAD_AUDIO if problem is LoadProblem.UNDECODABLE else Reason.NO_OUTPUT
        self.end(record, State.FAILED, reason=reason)

    def barred_until(self, record: Record) -> float:
        """The monotonic instant before which the sound device is not asked again for this record."""
        return self._barred.get(record.key, 0.0)

    def started(self, voice: str, take: int, mono_s: float) -> None:
        """The first frame of a start came out at that instant."""
        performance = self._stage.by_voice(voice)
        if performance is not None and performance.take == take and performance.phase is Phase.ORDERED:
            self._sounds(performance, mono_s)

    def witnessed(self, voice: str, evidence: Evidence) -> None:
        """Something else than the output tells that it sounds."""
        performance = self._stage.by_voice(voice)
        if performance is not None:
            performance.witnessed = max(performance.witnessed or evidence, evidence, key=list(Evidence).index)

    def finished(self, voice: str, take: int, position_ms: int) -> None:
        """A voice has come to its end by itself."""
        performance = self._stage.by_voice(voice)
        if performance is None or performance.take != take or performance.phase is not Phase.SOUNDING:
            return
        record = performance.record
        record.played_ms = performance.before_ms + max(0, position_ms - performance.from_ms)
        record.position_ms = 0
        record.pass_index += 1
        now_s = self._time.now_s()
        gap_s = record.job.repeat.gap_s
        fits = now_s + gap_s + needed_s(record, now_s) <= record.job.not_after.timestamp() + 0.5
        if record.job.audio is not None and record.pass_index < record.job.repeat.count and fits:
            performance.phase = Phase.GAP
            performance.gap_until_mono_s = self._time.mono_s() + gap_s
            self._ledger.save(record)
            return
        self.played(performance)

    def played(self, performance: Performance) -> None:
        """All that was to sound has sounded."""
        record = performance.record
        self._silence(performance)
        name = self._output.name
        self._output.unload(record.voice)
        self._stage.drop(record)
        silent = record.job.stream is not None and record.played_ms == 0
        if silent and self._time.mono_s() - performance.sounded_mono_s > SILENT_S:
            self._ledger.move(record, State.FAILED, reason=Reason.NO_AUDIO, output=name)
            return
        evidence = max(self._output.evidence, performance.witnessed or Evidence.E1, key=list(Evidence).index)
        self._ledger.move(record, State.PLAYED, evidence=evidence, output=name)

    # ------------------------------------------------------------ inside

    def _sounds(self, performance: Performance, mono_s: float) -> None:
        record = performance.record
        performance.phase = Phase.SOUNDING
        performance.sounded_mono_s = mono_s
        performance.saved_mono_s = mono_s
        if self._witness is not None and record.job.audio is not None and performance.witnessed is not Evidence.E4:
            sha256, chime = record.job.audio.sha256, record.job.chime
            self._witness.attend(record.voice, sha256, performance.from_ms, chime=chime)
        if record.state is State.READY:
            error_ms = None
            if self._time.trusted:
                planned_mono_s = self._time.mono_at(record.job.start_at.timestamp())
                error_ms = round((mono_s + self._delay_s - planned_mono_s) * 1000, 2)
            self._ledger.move(record, State.PLAYING, start_error_ms=error_ms, output=self._output.name)
        elif record.state is State.INTERRUPTED:
            self._ledger.move(record, State.RESUMED, output=self._output.name)

    def _silence(self, performance: Performance) -> bool:
        """Stop the voice; whether any frame of the current start came out."""
        if performance.phase not in {Phase.ORDERED, Phase.SOUNDING}:
            return False
        self._measure(performance)
        position_ms = self._output.stop(performance.record.voice)
        if position_ms is None:
            return False
        if performance.phase is Phase.ORDERED:  # its first frame is out, the answer is still on its way
            self._sounds(performance, self._time.mono_s())
        self._advance(performance, position_ms)
        return True

    def _held(self, performance: Performance, *, frames: bool, by: str | None) -> None:
        """It goes on later, or, if not one frame of it came out, it has not started."""
        record = performance.record
        if not frames and record.state is State.READY:
            record.started = False
            record.waited = Reason.BUSY
            self._ledger.save(record)
            performance.phase = Phase.LOADED
            return
        performance.phase = Phase.HELD
        if record.state in SOUNDING:
            self._ledger.move(record, State.INTERRUPTED, by=by)

    def _again(self, performance: Performance) -> None:
        """The sound device is away, perhaps for a moment: what may still sound is loaded anew until it comes back."""
        record = performance.record
        self.forget(record)
        if record.emergency:
            record.position_ms = 0
        record.waited = Reason.NO_OUTPUT
        self._ledger.save(record)
        self._barred[record.key] = self._time.mono_s() + AGAIN_S

    def _measure(self, performance: Performance) -> None:
        position_ms = (
            self._output.position_ms(performance.record.voice) if performance.phase is Phase.SOUNDING else None
        )
        if position_ms is not None:
            self._advance(performance, position_ms)

    def _advance(self, performance: Performance, position_ms: int) -> None:
        record = performance.record
        record.played_ms = performance.before_ms + max(0, position_ms - performance.from_ms)
        record.position_ms = min(position_ms, pass_ms(record.job)) if record.job.audio else 0
