"""How orders ended: by moves the contract knows, truthfully told, and for a reason that the world gave."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief, quiet
from loa.chaos.hearing import ENDS, RELAY, job_key
from loa.chaos.intervals import FOREVER, Intervals
from loa.chaos.truth import Truth
from loa.chaos.verdict import Fault, Violation

BEFORE = {"MISSED", "FAILED", "REJECTED", "CANCELLED", "SUPERSEDED"}
AFTER = {"PLAYED", "CUT", "FAILED", "CANCELLED", "SUPERSEDED"}
MOVES: dict[str, set[str]] = {
    "UNKNOWN": {"ACCEPTED", "FETCHING", "READY", "PLAYING", "INTERRUPTED", "RESUMED", *ENDS},
    "ACCEPTED": {"FETCHING", "READY", *BEFORE},
    "FETCHING": {"READY", *BEFORE},
    "READY": {"FETCHING", "PLAYING", *BEFORE},
    "PLAYING": {"INTERRUPTED", *AFTER},
    "INTERRUPTED": {"RESUMED", "CUT", "FAILED", "CANCELLED", "SUPERSEDED"},
    "RESUMED": {"INTERRUPTED", *AFTER},
    **{end: set() for end in ENDS},
}
"""The checker's own copy of the table in docs/protocol.md."""

HEARD_MS = 300
"""How far a reported length may be from the heard one."""
PROGRESS_MS = 6500
"""After a crash the last written progress counts: it is written every few seconds."""
START_MS = 60
NEAR_S = 3.0


def job_events(truth: Truth) -> Iterator[h.Recorded]:
    """What the device said about jobs, in order."""
    return (record for record in truth.recorded if record.event.type == "job")


def ends(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """Every broken promise about states and ends on one device."""
    state: dict[h.Key, str] = {}
    wipes = [*truth.wiped, FOREVER]
    for record in job_events(truth):
        while record.t >= wipes[0]:
            state.clear()
            wipes.pop(0)
        key, data = job_key(record.event), record.event.data
        old, new = state.get(key, "UNKNOWN"), str(data["state"])
        state[key] = new
        if new not in MOVES[old]:
            yield _violation(Fault.BAD_MOVE, truth, record, key, f"{old} -> {new}")
        if new == "PLAYING":
            yield from _start_error(truth, record, key)
        if new in ENDS and key in truth.orders and not _forgotten(truth, belief, key):
            yield from _truthful(truth, record, key)
            if why := unfounded(truth, belief, truth.orders[key], record):
                yield _violation(Fault.WRONG_REASON, truth, record, key, f"{new}({data.get('reason')}): {why}")


def _forgotten(truth: Truth, belief: Belief, key: h.Key) -> bool:
    """Whether the device lost its memory after it was told of a job: what it says then is the best it knows."""
    return any(wipe >= belief.of[key].may_s for wipe in truth.wiped)


def _violation(fault: Fault, truth: Truth, record: h.Recorded, key: h.Key, detail: str) -> Violation:
    return Violation(fault=fault, device=truth.device, t=record.t, job_id=key[0], detail=detail)


def _start_error(truth: Truth, record: h.Recorded, key: h.Key) -> Iterator[Violation]:
    order = truth.orders.get(key)
    life = truth.running.at(record.t) or (record.t, record.t)
    sounds = [sound for sound in truth.sounds_of(key) if life[0] <= sound.start_s <= record.t + 0.01]
    if order is None or not sounds:
        return
    told = record.event.data.get("start_error_ms")
    true_ms = (sounds[0].start_s - order.start_s) * 1000
    tolerance_ms = truth.clock_tolerance_s(sounds[0].start_s) * 1000 + START_MS
    if told is None:
        if truth.clock_known.at(sounds[0].start_s - 0.1) is not None:
            yield _violation(Fault.START_UNTOLD, truth, record, key, f"{true_ms:.0f} ms, nothing told")
    elif abs(told - true_ms) > tolerance_ms:
        yield _violation(Fault.START_UNTOLD, truth, record, key, f"{true_ms:.0f} ms, told {told:.0f} ms")


def heard_ms(truth: Truth, key: h.Key) -> float:
    """How much of a job was heard."""
    return sum((sound.t - sound.start_s) * 1000 for sound in truth.sounds_of(key))


def _truthful(truth: Truth, record: h.Recorded, key: h.Key) -> Iterator[Violation]:
    order, data = truth.orders[key], record.event.data
    state, told = str(data["state"]), data.get("played_ms")
    heard = heard_ms(truth, key)
    sounds = truth.sounds_of(key)
    rounding = HEARD_MS + 60 * len(sounds)
    crashes = sum(sound.ended == "power" for sound in sounds) + (data.get("reason") == "power")
    crashed = crashes > 0
    lost = PROGRESS_MS * crashes
    if state in {"MISSED", "REJECTED"} or (told is None and state in {"CUT", "CANCELLED", "SUPERSEDED", "FAILED"}):
        if heard > rounding and not (state == "CUT" and crashed and heard <= lost):
            yield _violation(Fault.LIE, truth, record, key, f"{state} without a sound, {heard:.0f} ms were heard")
    elif told is None:
        yield _violation(Fault.LIE, truth, record, key, f"{state} without its length")
    elif not heard - rounding - lost <= told <= heard + rounding:
        yield _violation(Fault.LIE, truth, record, key, f"{state} with {told} ms, {heard:.0f} ms were heard")
    if state == "PLAYED" and order.pass_ms:
        whole = order.pass_ms * order.count + order.gap_s * 1000 * (order.count - 1)
        late = record.t + (order.pass_ms / 1000) + order.gap_s > order.not_after_s - NEAR_S
        least = order.pass_ms if order.priority == EMERGENCY or late else order.pass_ms * order.count
        if heard < least - rounding:
            yield _violation(Fault.LIE, truth, record, key, f"PLAYED with {heard:.0f} ms of {whole:.0f} ms heard")


# ---------------------------------------------------------------- reasons


def unfounded(truth: Truth, belief: Belief, order: h.Ordered, record: h.Recorded) -> str | None:
    """Why the reported end is not founded in the world, None if it is."""
    key, data = (order.job_id, order.attempt), record.event.data
    state, reason = str(data["state"]), data.get("reason")
    knowledge = belief.of[key]
    t = record.t
    tolerance = truth.clock_tolerance_s(t) + NEAR_S
    match state, reason:
        case "PLAYED", _:
            return None
        case "CANCELLED" | "CUT", "ordered" | "all_clear":
            return None if knowledge.doubted_s <= t + 0.01 else "nobody withdrew it"
        case "SUPERSEDED", _:
            return None if knowledge.doubted_s <= t + 0.01 else "nothing superseded it"
        case "CUT" | "CANCELLED", "stop_all" | "local_stop":
            return None if belief.stopped(t - NEAR_S, t + 0.01) else "nobody stopped anything"
        case _, "trust_lost":
            return (
                None if any(belief.revoked.get(kid, FOREVER) <= t for kid in knowledge.kids) else "its key is trusted"
            )
        case "REJECTED", "not_an_emergency":
            return None if knowledge.mismade else "it was no false emergency"
        case "REJECTED" | "CUT", "policy":
            return None if _against_policy(truth, belief, order, t, tolerance) else "no rule forbade it"
        case "CUT", "power":
            life = truth.running.at(truth.sounds_of(key)[0].start_s) if truth.sounds_of(key) else None
            died = any(knowledge.may_s <= end <= t + 0.01 for _, end in truth.running)
            return None if died and (life is None or life[1] <= t + 0.01) else "the agent never died while it sounded"
        case "CUT", "preempted":
            last = truth.sounds_of(key)[-1].t if truth.sounds_of(key) else t
            first = [s for s in truth.sounds if s.key != key and last - 1 <= s.start_s <= max(t, last + 15.0)]
            before = [s for s in first if truth.orders[s.key].priority <= order.priority]
            return None if before or _emergency_near(truth, belief, last) else "nothing took its place"
        case "CUT", "too_late":
            return (
                None
                if t >= min(order.not_after_s, order.stream_until_s or FOREVER) - tolerance
                else "its time was not over"
            )
        case "MISSED", _:
            return _missed(truth, belief, order, str(reason))
        case "FAILED", "bad_audio":
            return None if not order.decodable else "its audio was good"
    return "never a reason here"


def _emergency_near(truth: Truth, belief: Belief, t: float) -> bool:
    """Whether an emergency was in the agent's hands about then."""
    return any(
        order.priority == EMERGENCY and belief.of[key].may_s <= t + 1.0 and t <= order.not_after_s + NEAR_S
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
    match reason:
        case "off":
            found = bool(window - truth.running) or any(wipe > order.start_s for wipe in truth.wiped)
        case "clock":
            found = bool(window - truth.clock_known.shrunk(margin))
        case "no_audio":
            found = order.file is not None and bool(window - truth.file_good(order.file).shrunk(margin))
        case "busy":
            found = bool(window & busy(truth, order))
        case "too_late":
            found = told >= latest - margin or bool(window - truth.running.shrunk(margin))
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
