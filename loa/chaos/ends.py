"""How orders ended: by moves the contract knows, truthfully told, and for a reason that the world gave."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief
from loa.chaos.hearing import ENDS, job_key
from loa.chaos.intervals import FOREVER
from loa.chaos.reasons import NEAR_S, unfounded
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
    crashes = sum(sounds[0].start_s <= end <= record.t + 0.01 for _, end in truth.running) if sounds else 0
    crashed = crashes > 0
    lost = PROGRESS_MS * crashes
    if state in {"MISSED", "REJECTED"} or (told is None and state in {"CUT", "CANCELLED", "SUPERSEDED", "FAILED"}):
        if heard > rounding and not (state == "CUT" and crashed and heard <= lost):
            yield _violation(Fault.LIE, truth, record, key, f"{state} without a sound, {heard:.0f} ms were heard")
    elif told is None:
        yield _violation(Fault.LIE, truth, record, key, f"{state} without its length")
    elif not heard - rounding - lost <= told <= heard + rounding:
        yield _violation(Fault.LIE, truth, record, key, f"{state} with {told} ms, {heard:.0f} ms were heard")
    at_most = data.get("played_at_most_ms")
    if at_most is not None and heard > at_most + rounding:
        yield _violation(Fault.LIE, truth, record, key, f"{state} with at most {at_most} ms, {heard:.0f} ms were heard")
    if state == "PLAYED" and order.pass_ms:
        whole = order.pass_ms * order.count + order.gap_s * 1000 * (order.count - 1)
        late = record.t + (order.pass_ms / 1000) + order.gap_s > order.not_after_s - NEAR_S
        least = order.pass_ms if order.priority == EMERGENCY or late else order.pass_ms * order.count
        if heard < least - rounding:
            yield _violation(Fault.LIE, truth, record, key, f"PLAYED with {heard:.0f} ms of {whole:.0f} ms heard")
