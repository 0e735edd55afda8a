"""Which audio is brought here, when, in which lane, and what is thrown out for it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import structlog

from edge_agent.ledger import Ledger, Record
from edge_agent.options import Options
from edge_agent.ports import FetchOrder, FetchOutcome, Lane, Library, Web
from edge_agent.timekeeping import Timekeeper
from protocol.jobs import Audio
from protocol.priorities import Priority
from protocol.states import Reason, State

log = structlog.get_logger(__name__)

NEVER_S = float("inf")


@dataclass
class _Want:
    """One file that is wanted and not here."""

    audio: Audio
    needed_s: float
    """Unix seconds of the earliest start that needs it; infinity for what is only kept ready."""
    urgent: bool
    alarm: bool
    """An emergency needs it: the line is for it alone."""
    due_mono_s: float
    failures: int = 0
    lane: Lane | None = None
    """Being fetched in this lane."""


class Fetching:
    """Keeps the library as the ledger needs it. `refused` reports a file that was not what its name says."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        library: Library,
        web: Web,
        time: Timekeeper,
        random: Random,
        options: Options,
        refused: Callable[[str, str], None],
    ) -> None:
        self._ledger = ledger
        self._library = library
        self._web = web
        self._time = time
        self._random = random
        self._options = options
        self._refused = refused
        self._wants: dict[str, _Want] = {}
        self._prefetch: tuple[Audio, ...] = ()
        self._preferred: frozenset[str] = frozenset()
        self._seen = -1
        self._stale = True

    def keep_ready(self, audio: tuple[Audio, ...]) -> None:
        """Files to hold although no job asks for them yet."""
        self._prefetch = audio
        self._stale = True

    def settle(self, record: Record) -> None:
        """A job has just come, in the caller's transaction: if its sound is here already, it is READY with that."""
        if record.state is State.ACCEPTED and record.audio is not None and self._library.has(record.audio.sha256):
            self._ledger.move(record, State.READY)

    def step(self) -> float | None:
        """Begin what is due; the monotonic instant at which to be called again."""
        if self._stale or self._seen != self._ledger.version:
            self._stale = False
            self._plan()
            self._seen = self._ledger.version
        mono_s = self._time.mono_s()
        for want in sorted(self._wants.values(), key=_turn):
            lane = self._lane(want)
            busy = any(other.lane is lane for other in self._wants.values())
            yields = not want.alarm and any(other.alarm and other.lane is not None for other in self._wants.values())
            if want.lane is None and want.due_mono_s <= mono_s and not busy and not yields:
                self._begin(want, lane)
        self._prefer()
        if self._stale:
            return mono_s
        return min((want.due_mono_s for want in self._wants.values() if want.due_mono_s > mono_s), default=None)

    def fetched(self, sha256: str, outcome: FetchOutcome, detail: str) -> None:
        """The web has answered."""
        if outcome is FetchOutcome.BAD_HASH:
            self._refused(sha256, detail)
        want = self._wants.get(sha256)
        if want is None:
            return
        want.lane = None
        if outcome is FetchOutcome.DONE:
            del self._wants[sha256]
            self._arrived(sha256)
            return
        if outcome is FetchOutcome.GAVE_WAY:
            want.due_mono_s = self._time.mono_s()
            return
        want.failures += 1
        pause_s = min(self._options.retry_s * 2 ** (want.failures - 1), self._options.retry_max_s)
        want.due_mono_s = self._time.mono_s() + pause_s * self._random.uniform(0.5, 1.0)
        log.warning("fetch failed", sha256=sha256, outcome=outcome, detail=detail, failures=want.failures)

    def lost(self, record: Record) -> None:
        """The file of a READY job is gone or bad: fetch it again."""
        if record.state is State.READY:
            self._ledger.move(record, State.FETCHING)
        self._stale = True

    def spoiled(self, sha256: str) -> None:
        """A file of the library is not what its name says any more: it is fetched again for whatever needs it."""
        self._library.discard(sha256)
        self._stale = True

    def needed(self) -> dict[str, float]:
        """Every file that anything still needs, with the Unix second of its first need."""
        found: dict[str, float] = {audio.sha256: NEVER_S for audio in self._prefetch}
        for record in self._ledger:
            if record.audio is not None and not record.ended:
                sha256 = record.audio.sha256
                found[sha256] = min(found.get(sha256, NEVER_S), record.job.start_at.timestamp())
        return found

    def _plan(self) -> None:
        """Match the wants with the ledger; what is here already makes its jobs READY."""
        old = self._start_over()
        for record in self._ledger:
            audio = record.audio
            if record.ended:
                continue
            here = audio is None or self._library.has(audio.sha256)
            if record.state in {State.ACCEPTED, State.FETCHING} and (here or record.job.stream):
                self._ledger.move(record, State.READY)  # a stream starts without its fallback, too
            if here or audio is None:
                continue
            if record.state is State.READY and record.waiting and not record.job.stream:
                self._ledger.move(record, State.FETCHING)
            self._want(audio, record.job.start_at.timestamp(), record.job.priority, old=old)
        for audio in self._prefetch:
            if not self._library.has(audio.sha256):
                self._want(audio, NEVER_S, Priority.NORMAL, old=old)
        in_the_air = {sha256: want for sha256, want in old.items() if want.lane is not None}
        self._wants = in_the_air | self._wants  # its lane stays taken until the web answers

    def _start_over(self) -> dict[str, _Want]:
        """No wants; those that there were, which the line is not for alone unless an emergency still needs them."""
        old, self._wants = self._wants, {}
        for want in old.values():
            want.alarm = False
        return old

    def _want(self, audio: Audio, needed_s: float, priority: Priority, *, old: dict[str, _Want]) -> None:
        urgent, alarm = priority <= Priority.URGENT, priority is Priority.EMERGENCY
        due_mono_s = self._due(needed_s, urgent=urgent)
        want = self._wants.get(audio.sha256) or old.get(audio.sha256)
        if want is None:
            want = _Want(audio, needed_s, urgent, alarm, due_mono_s)
        else:
            if (urgent and not want.urgent) or needed_s < want.needed_s:
                want.due_mono_s = min(want.due_mono_s, due_mono_s)
            want.urgent = want.urgent or urgent
            want.alarm = want.alarm or alarm
            want.needed_s = min(want.needed_s, needed_s)
        self._wants[audio.sha256] = want

    def _due(self, needed_s: float, *, urgent: bool) -> float:
        """At once if it is urgent or soon, else at random between now and a margin before the start."""
        left_s = needed_s - self._time.now_s()
        if urgent or left_s <= self._options.soon_s or not self._time.trusted:
            return self._time.mono_s()
        latest_s = self._options.fetch_margin_s if needed_s == NEVER_S else left_s - self._options.fetch_margin_s
        return self._time.mono_s() + self._random.uniform(0, max(latest_s, 0))

    def _prefer(self) -> None:
        """While an emergency's file is on its way, nothing else is."""
        preferred = frozenset(name for name, want in self._wants.items() if want.alarm and want.lane is not None)
        if preferred != self._preferred:
            self._preferred = preferred
            self._web.prefer(preferred)

    def _lane(self, want: _Want) -> Lane:
        if want.alarm:
            return Lane.ALARM
        soon = want.urgent or want.needed_s - self._time.now_s() <= self._options.soon_s
        return Lane.SOON if soon else Lane.BULK

    def _begin(self, want: _Want, lane: Lane) -> None:
        if not self._make_room(want):
            log.warning("no room for it in the library", sha256=want.audio.sha256, size=want.audio.bytes)
            want.due_mono_s = self._time.mono_s() + self._options.retry_max_s
            return
        want.lane = lane
        for record in self._ledger:
            if record.state is State.ACCEPTED and record.audio is not None and record.audio.sha256 == want.audio.sha256:
                self._ledger.move(record, State.FETCHING)
        self._seen = self._ledger.version
        urls = want.audio.urls
        turn = want.failures % len(urls) if urls else 0
        order = FetchOrder(want.audio.sha256, want.audio.bytes, urls[turn:] + urls[:turn], lane)
        log.info("fetch", sha256=order.sha256, size=order.size, lane=lane, failures=want.failures)
        self._web.fetch(order)

    def _make_room(self, want: _Want) -> bool:
        """Throw out what nothing needs, the least needed first, then what is needed later than this.

        Whether the library stays within its bounds then; whether the disk has room shows when it is written.
        """
        needed = self.needed()
        self._library.clean(frozenset(needed))
        files = self._library.files()
        free = self._library.free_bytes()
        beyond = over = least = sum(files.values()) + want.audio.bytes - self._options.library_bytes
        if free is not None:
            over, least = max(over, 2 * want.audio.bytes - free), max(least, want.audio.bytes - free)
        spare = [name for name in files if name not in needed or needed[name] > want.needed_s]
        if least > sum(files[name] for name in spare):  # it cannot be made to fit: nothing needed goes for nothing
            spare = [name for name in spare if name not in needed]
        for sha256 in sorted(spare, key=lambda name: (name in needed, -needed.get(name, 0.0), name)):
            if over <= 0:
                break
            log.info("evicted", sha256=sha256, size=files[sha256], needed=sha256 in needed)
            self._library.discard(sha256)
            over -= files[sha256]
            beyond -= files[sha256]
            self._stale = True
        return beyond <= 0

    def _arrived(self, sha256: str) -> None:
        for record in self._ledger:
            waiting = record.state in {State.ACCEPTED, State.FETCHING}
            if waiting and record.audio is not None and record.audio.sha256 == sha256:
                record.waited = None if record.waited is Reason.NO_AUDIO else record.waited
                self._ledger.move(record, State.READY)


def _turn(want: _Want) -> tuple[bool, bool, float, str]:
    """Emergencies first, then what is urgent, then what is needed first."""
    return not want.alarm, not want.urgent, want.needed_s, want.audio.sha256
