"""An emergency is never held up by anything less."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief
from loa.chaos.intervals import Intervals
from loa.chaos.truth import Truth
from loa.chaos.verdict import Fault, Violation

PROMPT_S = 0.3
"""From its order to its sound, everything being there."""
ROUNDING_S = 0.05


def emergencies(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """Every broken promise about emergencies on one device."""
    mine = [key for key, order in truth.orders.items() if order.priority == EMERGENCY and key in belief.of]
    heard = Intervals((s.start_s, s.t) for s in truth.sounds if s.key in mine)
    for key in mine:
        for start, end in _eligible(truth, belief, key):
            yield from _silences(truth, key, heard, start, end)
            yield from _own_turn(truth, mine, key, start, end)
            yield from _less(truth, mine, key, start, end)


def _eligible(truth: Truth, belief: Belief, key: h.Key) -> Intervals:
    """When it should be sounding, or resting between two passes."""
    order, knowledge = truth.orders[key], belief.of[key]
    assert order.file is not None
    pass_s = order.pass_ms / 1000
    start = order.start_s
    end = min(
        knowledge.doubted_s, order.not_after_s - pass_s - order.gap_s - 1.0, _counted_out(truth, key, order.count)
    )
    end = min([end, *(t for t, _ in belief.stops if t >= min(knowledge.may_s, start))])
    end = min([end, *(belief.revoked.get(kid, end) for kid in knowledge.kids)])
    known = belief.known(key)
    clock = truth.clock_known
    if order.now:  # needs no clock in the life in which it came, if it came in no earlier one
        clock |= Intervals(life for life in [truth.running.at(knowledge.must_s)] if life and life[0] <= knowledge.may_s)
    found = truth.running & clock & known & truth.file_good(order.file)
    return found.clip(start + (0.0 if order.now else truth.clock_tolerance_s(start)), end)


def _counted_out(truth: Truth, key: h.Key, count: int) -> float:
    ends = [sound.t for sound in truth.sounds_of(key) if sound.ended == "end"]
    return ends[count - 1] if len(ends) >= count else float("inf")


def _bound(truth: Truth, t: float) -> float:
    """How long it may take from an instant until it is heard."""
    return PROMPT_S + ROUNDING_S + truth.opening.load_s + (0.0 if truth.warm(t) else truth.opening.warm_up_s)


def _silences(truth: Truth, key: h.Key, heard: Intervals, start: float, end: float) -> Iterator[Violation]:
    gap = truth.orders[key].gap_s
    for silent, again in Intervals([(start, end)]) - heard:
        limit = _bound(truth, silent) + (gap if silent > start else 0.0)
        if again - silent > limit:
            less = [s.job_id for s in truth.sounds if s.start_s < again and s.t > silent]
            detail = (
                f"silent for {again - silent:.1f} s of at most {limit:.1f} s; sounding: {', '.join(less) or 'nothing'}"
            )
            yield Violation(fault=Fault.EMERGENCY_HELD, device=truth.device, t=silent, job_id=key[0], detail=detail)
            return


def _own_turn(truth: Truth, mine: list[h.Key], key: h.Key, start: float, end: float) -> Iterator[Violation]:
    """Among several each has its turn: at the latest when every other one has had one."""
    others = [
        truth.orders[k] for k in mine if k != key and any(s.start_s < end and s.t > start for s in truth.sounds_of(k))
    ]
    limit = _bound(truth, start) + sum(o.pass_ms / 1000 + o.gap_s + _bound(truth, start) for o in others)
    heard = any(s.t > start and s.start_s <= start + limit for s in truth.sounds_of(key))
    if end - start > limit and not heard:
        detail = f"not heard within {limit:.1f} s, beside {len(others)} others"
        yield Violation(fault=Fault.EMERGENCY_HELD, device=truth.device, t=start, job_id=key[0], detail=detail)


def _less(truth: Truth, mine: list[h.Key], key: h.Key, start: float, end: float) -> Iterator[Violation]:
    """Nothing of a lower class sounds while it is on."""
    begin = start + _bound(truth, start)
    for sound in truth.sounds:
        if sound.key not in mine and sound.start_s < end - ROUNDING_S and sound.t > begin + ROUNDING_S:
            detail = f"{sound.job_id} sounds"
            yield Violation(
                fault=Fault.EMERGENCY_HELD,
                device=truth.device,
                t=max(begin, sound.start_s),
                job_id=key[0],
                detail=detail,
            )
            return
