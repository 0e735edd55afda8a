"""Nothing is missed for which the world gave no reason, and everything that was ordered ends."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief, quiet
from loa.chaos.ends import heard_ms, job_events
from loa.chaos.hearing import ENDS, RELAY, job_key
from loa.chaos.intervals import FOREVER, Intervals
from loa.chaos.reasons import busy, latest_s
from loa.chaos.truth import Truth
from loa.chaos.verdict import Fault, Violation

SETTLE_S = 4.0
"""Beside loading and warm-up: what an agent may need to begin when everything is there."""
AHEAD_S = 600.0
"""Audio is fetched at the latest so long before its start."""
FETCH_S = 450.0
"""So long an undisturbed way to the station is enough for any simulated file, pauses between tries included."""
BEGINNING_S = 3.0
"""Before its first frame a start is decided and written down."""


def misses(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """Every order that should have been heard or ended, and was not."""
    ended = {
        job_key(record.event): record.event.data.get("reason")
        for record in reversed(
            list(job_events(truth))
        )  # its first end: what a device without memory says is another thing
        if record.event.data["state"] in ENDS
    }
    for key, state in truth.believed.items():
        order = truth.orders[key]
        silent = not truth.sounds_of(key) and state not in {"PLAYED", "REJECTED", "FAILED"}
        begun = ended.get(key) == "power" and _died_beginning(truth, order)
        if order.priority != EMERGENCY and silent and not begun:
            yield from _unheard(truth, belief, key, order)
        if state not in ENDS and not _excused(truth, belief, key, state):
            detail = f"the station shows {state}"
            yield Violation(
                fault=Fault.NOT_ENDED, device=truth.device, t=truth.opening.end_s, job_id=key[0], detail=detail
            )
        elif key not in ended and state in ENDS - {"CANCELLED"} and not truth.wiped:
            detail = f"the station shows {state}, which the device never said"
            yield Violation(
                fault=Fault.INVENTED, device=truth.device, t=truth.opening.end_s, job_id=key[0], detail=detail
            )


def _excused(truth: Truth, belief: Belief, key: h.Key, state: str) -> bool:
    """An order that never arrived, or that a destroyed memory has lost, may stay unknown."""
    if state in {"EXPIRED", "WITHDRAWN"}:
        return True
    told = belief.of[key].told
    lost = any(wipe >= belief.of[key].may_s for wipe in truth.wiped)
    return (not told and not belief.of[key].mismade) or lost


def _unheard(truth: Truth, belief: Belief, key: h.Key, order: h.Ordered) -> Iterator[Violation]:
    knowledge = belief.of[key]
    latest = min(latest_s(order), knowledge.doubted_s)
    stop = min((t for t, _ in belief.stops if order.start_s - 5.0 <= t), default=FOREVER)
    latest = min([latest, stop, *_taken_over(truth, order)])
    tolerance = truth.clock_tolerance_s(order.start_s)
    settle = SETTLE_S + truth.opening.load_s + truth.opening.warm_up_s
    known = belief.known(key)
    trusted = Intervals([(0.0, min((belief.revoked.get(kid, FOREVER) for kid in knowledge.kids), default=FOREVER))])
    able = truth.running & truth.clock_known & known & trusted
    if order.file is not None:
        able &= truth.file_good(order.file)
    able = (able - busy(truth, order)).clip(order.start_s + tolerance, latest - tolerance)
    if able.longest > settle and not _forbidden(truth, belief, order) and not _reborn(truth, order):
        detail = f"able to begin for {able.longest:.0f} s"
        yield Violation(fault=Fault.MISSED, device=truth.device, t=order.start_s, job_id=key[0], detail=detail)
    if order.file is not None:
        way = (truth.fetchable(order.file) & known).clip(order.start_s - AHEAD_S, latest)
        for start, end in way:
            missing = Intervals([(start + FETCH_S, end)]) - truth.file_there(order.file).grown(0.0, 60.0)
            if missing.longest > settle:
                detail = f"its audio did not come in {end - start:.0f} s of undisturbed line"
                yield Violation(fault=Fault.MISSED, device=truth.device, t=start, job_id=key[0], detail=detail)


def _taken_over(truth: Truth, order: h.Ordered) -> Iterator[float]:
    """When a relay's turn went to one with a later slot: then it is over."""
    for sound in truth.sounds:
        other = truth.orders.get(sound.key)
        if other is not None and order.priority == other.priority == RELAY and other.start_s >= order.start_s:
            yield sound.start_s


def _died_beginning(truth: Truth, order: h.Ordered) -> bool:
    """Whether the agent died with the amplifier warming: its start was on disk, and at most once means never again."""
    window = Intervals([(order.start_s - BEGINNING_S, latest_s(order) + BEGINNING_S)])
    return any(window.at(end) and truth.amplified.at(end - 0.001) for _, end in truth.running)


def _forbidden(truth: Truth, belief: Belief, order: h.Ordered) -> bool:
    """Whether policy may have kept it silent."""
    length = latest_s(order) - order.start_s + order.pass_ms * order.count / 1000 + order.gap_s * order.count
    tolerance = truth.clock_tolerance_s(order.start_s)
    return any(
        quiet(policy, order.start_s - tolerance, order.start_s + length + tolerance) > 0
        or order.pass_ms * order.count / 1000 > policy.session_s
        for policy in belief.policies_in(order.start_s - 1, order.start_s + length)
    )


def _reborn(truth: Truth, order: h.Ordered) -> bool:
    """Whether a destroyed memory may have made it doubtful that it had not begun: then silence is right."""
    return any(wipe >= order.start_s - AHEAD_S for wipe in truth.wiped if wipe <= order.not_after_s + AHEAD_S)


def outcome(truth: Truth, belief: Belief, key: h.Key, reasons: dict[h.Key, str]) -> str | None:
    """None if it was played, else the reason why it was not, for the report."""
    state = truth.believed[key]
    order = truth.orders[key]
    if state == "PLAYED":
        return None
    if order.priority == EMERGENCY and heard_ms(truth, key) >= order.pass_ms and reasons.get(key) == "all_clear":
        return None
    if state not in ENDS:
        return "undelivered" if not belief.of[key].told else "forgotten"
    return reasons.get(key) or state.lower()
