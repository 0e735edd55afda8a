"""After healing: the device's history and the station's are the same."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import Belief
from loa.chaos.hearing import ENDS
from loa.chaos.intervals import FOREVER
from loa.chaos.truth import Truth
from loa.chaos.verdict import Fault, Violation

TOLD_S = 2.0
FLOOD = 20
"""So many refusals an hour are told one by one for certain."""
SILENT_FLAWS = frozenset({"replay"})
"""A replay is refused, or is the very message that is already known."""


def agreement(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """Every difference between what the device has recorded and what the station has."""
    end = truth.opening.end_s
    recorded = {(r.event.epoch, r.event.seq): r for r in truth.recorded}
    committed = {(r.event.epoch, r.event.seq): r for r in truth.committed}
    for place, record in recorded.items():
        other = committed.get(place)
        if other is None:
            lost = any(record.t <= wipe for wipe in truth.wiped)
            if not lost:
                yield _violation(Fault.UNTOLD, truth, record.t, record.event)
        elif other.event != record.event:
            yield _violation(Fault.INVENTED, truth, other.t, other.event)
    for place, record_ in committed.items():
        if place not in recorded:
            yield _violation(Fault.INVENTED, truth, record_.t, record_.event)
    if truth.waiting:
        detail = f"{truth.waiting} events still wait"
        yield Violation(fault=Fault.UNTOLD, device=truth.device, t=end, detail=detail)
    yield from _states(truth, belief)
    for fall in truth.falls:
        yield Violation(fault=Fault.CRASHED, device=truth.device, t=fall.t, detail=fall.cause)
    yield from _forgeries(truth)


def _states(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """What both show at the end."""
    end = truth.opening.end_s
    for key, state in truth.remembered.items():
        shown = truth.believed.get(key)
        lost = any(wipe >= belief.of[key].may_s for wipe in truth.wiped) if key in belief.of else bool(truth.wiped)
        if shown is not None and shown != state and not lost:
            detail = f"device {state}, station {shown}"
            yield Violation(fault=Fault.DISAGREE, device=truth.device, t=end, job_id=key[0], detail=detail)
        if state not in ENDS:
            detail = f"the device still shows {state}"
            yield Violation(fault=Fault.NOT_ENDED, device=truth.device, t=end, job_id=key[0], detail=detail)


def _violation(fault: Fault, truth: Truth, t: float, event: h.Happening) -> Violation:
    job_id = str(event.data["job_id"]) if event.type == "job" and "job_id" in event.data else None
    detail = f"{event.epoch}/{event.seq} {event.type} {event.data.get('state', event.data.get('refusal', ''))}"
    return Violation(fault=fault, device=truth.device, t=t, job_id=job_id, detail=detail)


def _forgeries(truth: Truth) -> Iterator[Violation]:
    """Each forgery that reached a running agent is reported, unless a flood of them is being cut off."""
    refusals = [record.t for record in truth.recorded if record.event.type == "refused"]
    first = truth.wiped[0] if truth.wiped else FOREVER
    for delivered in truth.deliveries:
        message = truth.messages[delivered.token]
        flaw = message.flaw or ("another device's" if message.device not in {None, truth.device} else None)
        if flaw is None or flaw in SILENT_FLAWS or delivered.interrupted or delivered.t > first:
            continue
        told = any(delivered.t - 0.01 <= t <= delivered.t + TOLD_S for t in refusals)
        flood = sum(delivered.t - 3700 <= t <= delivered.t for t in refusals) >= FLOOD
        if not told and not flood:
            yield Violation(fault=Fault.FORGERY_UNTOLD, device=truth.device, t=delivered.t, detail=flaw)
