"""Which orders an honest agent believes, and from when: the checker's own reading of the contract, over what was delivered."""

from collections import defaultdict
from dataclasses import dataclass, field

from loa.chaos import history as h
from loa.chaos.intervals import FOREVER, Intervals
from loa.chaos.truth import Truth

EMERGENCY = 1
EXPIRY_TOLERANCE_S = 30.0
STATION_HOURS = (h.PolicyWindow(start_s=5 * 3600, end_s=22 * 3600),)
"""The contract's policy until a config says otherwise."""
STATION_SESSION_S = 3600.0


@dataclass
class Policy:
    """In force from an instant on."""

    since: float
    allowed: tuple[h.PolicyWindow, ...] = STATION_HOURS
    session_s: float = STATION_SESSION_S


@dataclass
class Knowledge:
    """About one order on one device."""

    may_s: float = FOREVER
    """The first instant from which the agent may know of it."""
    must_s: float = FOREVER
    """From here on it has it on disk."""
    withdrawn_s: float = FOREVER
    """From here on it knows that it shall not sound (any more)."""
    doubted_s: float = FOREVER
    """From here on it may know that."""
    why: str = ""
    kids: set[str] = field(default_factory=set)
    told: list[float] = field(default_factory=list)
    """Every instant at which it was told for sure."""
    mismade: bool = False
    """An emergency without the emergency key."""


class Belief:
    """Everything that one device's agent was rightly told, in the order of its arrival."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._clock_known = truth.clock_known
        self.of: dict[h.Key, Knowledge] = defaultdict(Knowledge)
        self.policies = [Policy(since=0.0)]
        self.revoked: dict[str, float] = {}
        self.stops: list[tuple[float, bool]] = []
        """Instants of stop-all, and whether it had to be obeyed."""
        self._revs: dict[str, int] = {}
        self._alert_revs: dict[str, int] = {}
        self._doubtful_revs: dict[str, int] = {}
        """Highest revision that it may have taken: what is older than that may have been refused, or not."""
        self._listed: frozenset[h.Key] = frozenset()
        self._rejected = {
            (str(record.event.data["job_id"]), int(record.event.data.get("attempt", 1)))
            for record in truth.recorded
            if record.event.type == "job" and record.event.data["state"] == "REJECTED"
        }
        wipes = iter([*truth.wiped, FOREVER])
        wipe = next(wipes)
        for delivered in truth.deliveries:
            while delivered.t >= wipe:
                self._forget()
                wipe = next(wipes)
            self._message(delivered.t, truth.messages[delivered.token], sure=not delivered.interrupted)
        for press in truth.buttons:
            self.stops.append((press, True))
        self.stops.sort()

    def policy_at(self, t: float) -> Policy:
        """What was in force."""
        return [policy for policy in self.policies if policy.since <= t][-1]

    def policies_in(self, start: float, end: float) -> list[Policy]:
        """What was in force at any instant between."""
        return [self.policy_at(start), *(policy for policy in self.policies if start < policy.since <= end)]

    def known(self, key: h.Key) -> Intervals:
        """When the agent had the order for sure: a destroyed database forgets it until it is told again."""
        wipes = [*self._truth.wiped, FOREVER]
        return Intervals((told, next(wipe for wipe in wipes if wipe > told)) for told in self.of[key].told)

    def stopped(self, start: float, end: float) -> bool:
        """Whether stop-all may have been obeyed between."""
        return any(start <= t <= end for t, _ in self.stops)

    # ------------------------------------------------------------ inside

    def _forget(self) -> None:
        self._revs.clear()
        self._alert_revs.clear()
        self._doubtful_revs.clear()
        self._listed = frozenset()

    def _message(self, t: float, message: h.Message, *, sure: bool) -> None:
        if message.flaw is not None or message.device not in {None, self._truth.device}:
            return
        if message.expires_s is not None and t > message.expires_s:
            if self._surely_expired(t, message.expires_s):
                return
            sure = False
        if message.channel == "poll":
            for token in message.carries:
                self._message(t, self._truth.messages[token], sure=sure)
        elif message.channel == "alert":
            self._alert(t, message, sure=sure)
        else:
            self._newer(t, message, sure=sure)

    def _surely_expired(self, t: float, expires_s: float) -> bool:
        """Without a clock nobody can tell."""
        tolerance = EXPIRY_TOLERANCE_S + self._truth.clock_tolerance_s(t)
        return self._clock_known.at(t) is not None and t > expires_s + tolerance

    def _newer(self, t: float, message: h.Message, *, sure: bool) -> None:
        if message.rev <= self._revs.get(message.channel, -1):
            return
        sure = self._in_turn(message.channel, message.rev) and sure
        if sure:
            self._revs[message.channel] = message.rev
        if message.channel == "desired":
            self._desired(t, message, sure=sure)
        elif message.channel == "config":
            self._config(t, message)
        elif message.channel == "cmd" and message.op == "stop_all":
            self.stops.append((t, sure))

    def _in_turn(self, what: str, rev: int) -> bool:
        """Whether nothing newer about the same may have been taken before: power may fail between a commit and its sequel."""
        newest = max(rev, self._doubtful_revs.get(what, -1))
        self._doubtful_revs[what] = newest
        return rev == newest

    def _desired(self, t: float, message: h.Message, *, sure: bool) -> None:
        listed = frozenset(message.jobs)
        for key in message.jobs:
            if self._truth.orders[key].priority == EMERGENCY:
                self.of[key].mismade = True
                continue
            self._know(t, key, message.kid, sure=sure)
        for key in message.jobs:
            self._supersede(t, key, sure=sure and key not in self._rejected)
        for key in message.cancels:
            self._withdraw(t, key, "cancelled", sure=sure)
        for key in self._listed - listed:
            if not self._started(key, t):
                self._withdraw(t, key, "vanished", sure=sure)
        if sure:
            self._listed = listed
        for token in message.carries:
            self._alert(t, self._truth.messages[token], sure=sure)

    def _supersede(self, t: float, key: h.Key, *, sure: bool) -> None:
        for other in self._truth.orders[key].supersedes:
            for known in [k for k in self.of if k[0] == other and self._truth.orders[k].priority != EMERGENCY]:
                self._withdraw(t, known, f"superseded by {key[0]}", sure=sure)

    def _started(self, key: h.Key, t: float) -> bool:
        return any(sound.start_s <= t for sound in self._truth.sounds_of(key))

    def _alert(self, t: float, message: h.Message, *, sure: bool) -> None:
        if message.flaw is not None:
            return
        job_id = message.begins[0] if message.begins else message.clears
        if job_id is None or message.rev <= self._alert_revs.get(job_id, -1):
            return
        sure = self._in_turn(job_id, message.rev) and sure
        if sure:
            self._alert_revs[job_id] = message.rev
        if message.begins is not None:
            if message.targets is None or self._truth.device in message.targets:
                self._know(t, message.begins, message.kid, sure=sure)
        else:
            for key in [k for k in self._truth.orders if k[0] == job_id]:
                self._withdraw(t, key, "cleared", sure=sure)

    def _config(self, t: float, message: h.Message) -> None:
        for kid in message.revoked:
            self.revoked.setdefault(kid, t)
        policy = Policy(t, message.allowed or STATION_HOURS, message.session_s or STATION_SESSION_S)
        self.policies.append(policy)

    def _know(self, t: float, key: h.Key, kid: str, *, sure: bool) -> None:
        knowledge = self.of[key]
        knowledge.kids.add(kid)
        knowledge.may_s = min(knowledge.may_s, t)
        if sure:
            knowledge.must_s = min(knowledge.must_s, t)
            knowledge.told.append(t)

    def _withdraw(self, t: float, key: h.Key, why: str, *, sure: bool) -> None:
        knowledge = self.of[key]
        if not knowledge.why:
            knowledge.why = why
        knowledge.doubted_s = min(knowledge.doubted_s, t)
        if sure:
            knowledge.withdrawn_s = min(knowledge.withdrawn_s, t)


def forbidden(policy: Policy) -> Intervals:
    """Seconds of a local day (UTC+7) in which nothing but an emergency may sound."""
    allowed = Intervals(
        part
        for window in policy.allowed
        for part in (
            [(window.start_s, window.end_s)]
            if window.end_s > window.start_s
            else [(window.start_s, 86_400.0), (0.0, window.end_s)]
        )
    )
    return Intervals([(0.0, 86_400.0)]) - allowed


def quiet(policy: Policy, start: float, end: float) -> float:
    """For how long [start, end) lies in forbidden hours: the longest piece, in seconds."""
    rule = forbidden(policy)
    longest = 0.0
    day = (start + 7 * 3600) // 86_400
    while day * 86_400 - 7 * 3600 < end:
        base = day * 86_400 - 7 * 3600
        longest = max(longest, rule.clip(start - base, end - base).longest)
        day += 1
    return longest
