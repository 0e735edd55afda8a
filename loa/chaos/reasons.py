"""Whether the world gave the reason that a device names for the end of a job."""

from collections.abc import Callable
from dataclasses import dataclass

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief, Knowledge, quiet
from loa.chaos.hearing import RELAY
from loa.chaos.intervals import FOREVER, Intervals
from loa.chaos.truth import Truth

NEAR_S = 3.0


@dataclass(frozen=True)
class _Case:
    """One reported end."""

    truth: Truth
    belief: Belief
    order: h.Ordered
    t: float

    @property
    def key(self) -> h.Key:
        return self.order.job_id, self.order.attempt

    @property
    def knowledge(self) -> Knowledge:
        return self.belief.of[self.key]

    @property
    def tolerance_s(self) -> float:
        return self.truth.clock_tolerance_s(self.t) + NEAR_S


def unfounded(truth: Truth, belief: Belief, order: h.Ordered, record: h.Recorded) -> str | None:
    """Why the reported end is not founded in the world, None if it is."""
    state, reason = str(record.event.data["state"]), record.event.data.get("reason")
    if state == "PLAYED":
        return None
    if state == "MISSED":
        return _missed(truth, belief, order, str(reason))
    founded, otherwise = _FOUNDED.get((state, reason), (_never, "never a reason here"))
    return None if founded(_Case(truth, belief, order, record.t)) else otherwise


def _never(_case: _Case) -> bool:
    return False


def _withdrawn(case: _Case) -> bool:
    return case.knowledge.doubted_s <= case.t + 0.01


def _stopped(case: _Case) -> bool:
    return case.belief.stopped(case.t - NEAR_S, case.t + 0.01)


def _revoked(case: _Case) -> bool:
    return any(case.belief.revoked.get(kid, FOREVER) <= case.t for kid in case.knowledge.kids)


def _died(case: _Case) -> bool:
    sounds = case.truth.sounds_of(case.key)
    life = case.truth.running.at(sounds[0].start_s) if sounds else None
    died = any(case.knowledge.may_s <= end <= case.t + 0.01 for _, end in case.truth.running)
    return died and (life is None or life[1] <= case.t + 0.01)


def _preempted(case: _Case) -> bool:
    sounds = case.truth.sounds_of(case.key)
    last = sounds[-1].t if sounds else case.t
    until = max(case.t, last + 15.0)
    first = [
        s
        for s in case.truth.sounds
        if s.key != case.key and last - 1 <= s.start_s <= until and s.key in case.truth.orders
    ]
    before = [s for s in first if case.truth.orders[s.key].priority <= case.order.priority]
    return bool(before) or _taker_near(case.truth, case.belief, case.order, last)


def _over(case: _Case) -> bool:
    return case.t >= min(case.order.not_after_s, case.order.stream_until_s or FOREVER) - case.tolerance_s


def _forbidden(case: _Case) -> bool:
    return _against_policy(case.truth, case.belief, case.order, case.t, case.tolerance_s)


_FOUNDED: dict[tuple[str, str | None], tuple[Callable[[_Case], bool], str]] = {
    ("CANCELLED", "ordered"): (_withdrawn, "nobody withdrew it"),
    ("CANCELLED", "all_clear"): (_withdrawn, "nobody withdrew it"),
    ("SUPERSEDED", None): (_withdrawn, "nothing superseded it"),
    ("CUT", "stop_all"): (_stopped, "nobody stopped anything"),
    ("CUT", "local_stop"): (_stopped, "nobody stopped anything"),
    ("CANCELLED", "stop_all"): (_stopped, "nobody stopped anything"),
    ("CANCELLED", "local_stop"): (_stopped, "nobody stopped anything"),
    ("CUT", "trust_lost"): (_revoked, "its key is trusted"),
    ("CANCELLED", "trust_lost"): (_revoked, "its key is trusted"),
    ("REJECTED", "not_an_emergency"): (lambda case: case.knowledge.mismade, "it was no false emergency"),
    ("REJECTED", "policy"): (_forbidden, "no rule forbade it"),
    ("CUT", "policy"): (_forbidden, "no rule forbade it"),
    ("CUT", "power"): (_died, "the agent never died while it sounded"),
    ("CUT", "preempted"): (_preempted, "nothing took its place"),
    ("CUT", "too_late"): (_over, "its time was not over"),
    ("FAILED", "bad_audio"): (lambda case: not case.order.decodable, "its audio was good"),
}
"""Every end but PLAYED and MISSED, with what must have been so."""


def _taker_near(truth: Truth, belief: Belief, mine: h.Ordered, t: float) -> bool:
    """Whether something that takes its place was in the agent's hands about then, heard or not."""
    return any(
        order.priority in {EMERGENCY, mine.priority if mine.priority == RELAY else EMERGENCY}
        and order.job_id != mine.job_id
        and max(belief.of[key].may_s, order.start_s - NEAR_S) <= t + 1.0
        and t <= order.not_after_s + NEAR_S
        for key, order in truth.orders.items()
        if key in belief.of
    )


def _against_policy(truth: Truth, belief: Belief, order: h.Ordered, t: float, tolerance: float) -> bool:
    length = order.pass_ms * order.count / 1000 + order.gap_s * (order.count - 1)
    if order.stream_until_s is not None:
        length = order.stream_until_s - order.start_s
    starts = [order.start_s, *(sound.start_s for sound in truth.sounds_of((order.job_id, order.attempt)))]
    if t < order.not_after_s:
        starts.append(t)
    return any(
        length > policy.session_s - tolerance
        or any(quiet(policy, start - tolerance, start + length + tolerance) > 0 for start in starts)
        for policy in belief.policies_in(min(t, belief.of[order.job_id, order.attempt].may_s), t + 0.01)
    )


def latest_s(order: h.Ordered) -> float:
    """The last instant at which it may begin."""
    length = order.pass_ms * order.count / 1000 + order.gap_s * (order.count - 1)
    if order.priority == EMERGENCY:
        length = order.pass_ms / 1000
    return min(order.start_s + order.max_start_delay_s, order.not_after_s - length)


def _missed(truth: Truth, belief: Belief, order: h.Ordered, reason: str) -> str | None:
    """Whether the reason was there at any instant between the order's start and the last instant for it."""
    key = (order.job_id, order.attempt)
    start, latest = order.start_s, latest_s(order)
    margin = truth.clock_tolerance_s(latest) + truth.opening.warm_up_s + truth.opening.load_s + NEAR_S
    window = Intervals([(start - margin, latest + margin)])
    told = belief.of[key].must_s
    if reason == "trust_lost":
        return (
            None
            if any(belief.revoked.get(kid, FOREVER) <= latest + margin for kid in belief.of[key].kids)
            else "its key is trusted"
        )
    match reason:
        case "off":
            # Whoever has no clock cannot tell afterwards whether it was on just then; neither can a destroyed memory.
            found = bool(window - (truth.running & truth.clock_known)) or any(
                wipe > order.start_s for wipe in truth.wiped
            )
        case "clock":
            until = max(latest, min(told, truth.opening.end_s)) + margin  # told too late, and unable to see that it was
            found = bool(Intervals([(start - margin, until)]) - (truth.running & truth.clock_known.shrunk(margin)))
        case "no_audio":
            found = order.file is not None and bool(window - truth.file_good(order.file).shrunk(margin))
        case "busy":
            found = bool(window & busy(truth, order))
        case "too_late":
            found = (
                told >= latest - margin
                or bool(window - truth.running.shrunk(margin))
                or truth.clock_moved_s(start - margin, start) > latest - start
                or (order.file is not None and bool(window - truth.file_good(order.file).shrunk(margin)))
            )
        case _:
            found = False
    return None if found else "the world gave no such reason"


def busy(truth: Truth, order: h.Ordered) -> Intervals:
    """When something sounded that does not make way for this one."""
    parts = []
    for sound in truth.sounds:
        other = truth.orders.get(sound.key)
        if other is None or sound.key == (order.job_id, order.attempt):
            continue
        turned = (
            other.priority == order.priority == RELAY and other.start_s >= order.start_s
        )  # the later slot takes over
        if _makes_way(other.priority, order.priority) and not turned:
            continue
        parts.append((sound.start_s - NEAR_S, sound.t + other.gap_s + NEAR_S))
    return Intervals(parts)


def _makes_way(playing: int, arriving: int) -> bool:
    """The contract's table: only an emergency breaks in, and everything sounds over a relay."""
    return playing != EMERGENCY and (arriving == EMERGENCY or playing == RELAY)
