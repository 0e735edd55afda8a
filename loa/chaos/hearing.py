"""What was heard: asked for by somebody who may, in its time, in its own bytes, once, and one thing at a time."""

from collections.abc import Iterator

from loa.chaos import history as h
from loa.chaos.belief import EMERGENCY, Belief, quiet
from loa.chaos.intervals import Intervals
from loa.chaos.truth import Truth
from loa.chaos.verdict import Fault, Violation

RELAY = 4
GRACE_S = 1.0
"""How long something may go on after the order that ends it was delivered."""
POLICY_GRACE_S = 6.0
"""Quiet hours are watched every few seconds while something sounds."""
START_GRACE_S = 1.0
ROUNDING_MS = 60
DUCKED_DB = -15.0


def hearing(truth: Truth, belief: Belief) -> Iterator[Violation]:
    """Every broken promise about what was heard on one device."""
    for sound in truth.sounds:
        yield from _one(truth, belief, sound)
    for key in {sound.key: None for sound in truth.sounds}:
        if key in truth.orders:
            yield from _together(truth, truth.orders[key], truth.sounds_of(key))
    yield from _overlaps(truth)
    yield from _power(truth)


def _violation(fault: Fault, truth: Truth, sound: h.Sound, detail: str) -> Violation:
    return Violation(fault=fault, device=truth.device, t=sound.start_s, job_id=sound.job_id, detail=detail)


def _one(truth: Truth, belief: Belief, sound: h.Sound) -> Iterator[Violation]:
    order = truth.orders.get(sound.key)
    knowledge = belief.of.get(sound.key)
    if order is None or knowledge is None or knowledge.may_s > sound.start_s:
        mismade = knowledge is not None and knowledge.mismade
        flaws = {
            message.flaw
            for message in truth.messages.values()
            if sound.key in message.jobs or sound.key == message.begins
        }
        detail = ", ".join(sorted(flaw for flaw in flaws if flaw)) or "nobody ordered it here"
        yield _violation(Fault.NOT_AN_EMERGENCY if mismade else Fault.UNSIGNED, truth, sound, detail)
        return
    if sound.content not in order.contents:
        yield _violation(Fault.WRONG_CONTENT, truth, sound, sound.content[:16])
    since = max((belief.revoked.get(kid, float("inf")) for kid in knowledge.kids), default=float("inf"))
    if sound.t > since + GRACE_S:
        yield _violation(Fault.REVOKED, truth, sound, f"{sound.t - since:.1f} s after")
    yield from _withdrawn(truth, belief, sound, knowledge.withdrawn_s, knowledge.why)
    yield from _window(truth, order, sound)
    if order.priority != EMERGENCY:
        yield from _policy(truth, belief, sound)
    if truth.clock_known.at(sound.start_s) is None and not order.now:
        yield _violation(Fault.CLOCKLESS, truth, sound, "no clock in this life")
    power = truth.amplified.at(sound.start_s)
    if power is None or sound.start_s - power[0] < truth.opening.warm_up_s - 0.02 or power[1] < sound.t - 0.02:
        yield _violation(Fault.AMPLIFIER, truth, sound, "not warm, or switched off too early")
    if sound.ended == "stop" and not _whole(order, sound) and not _stoppable(truth, belief, order, sound):
        yield _violation(Fault.BROKEN_OFF, truth, sound, f"after {sound.t - sound.start_s:.1f} s")


def _withdrawn(truth: Truth, belief: Belief, sound: h.Sound, withdrawn_s: float, why: str) -> Iterator[Violation]:
    if sound.t > withdrawn_s + GRACE_S:
        yield _violation(
            Fault.WITHDRAWN, truth, sound, f"{why}, {sound.t - withdrawn_s:.1f} s before the end of the sound"
        )
        return
    first = truth.sounds_of(sound.key)[0]
    for stop, sure in belief.stops:
        running = truth.running.at(stop) is not None
        if (
            sure
            and running
            and first.start_s < stop - 0.5
            and sound.t > stop + GRACE_S
            and _pending(truth, sound.key, stop)
        ):
            yield _violation(Fault.WITHDRAWN, truth, sound, "everything was stopped")


def _pending(truth: Truth, key: h.Key, t: float) -> bool:
    """Whether a job that has sounded was not ended by its device before an instant."""
    ends = [
        r.t
        for r in truth.recorded
        if r.event.type == "job" and job_key(r.event) == key and r.event.data["state"] in ENDS
    ]
    return not ends or min(ends) >= t - 0.01


ENDS = frozenset({"PLAYED", "CUT", "MISSED", "FAILED", "REJECTED", "CANCELLED", "SUPERSEDED"})


def job_key(event: h.Happening) -> h.Key:
    """The job that an event of type "job" is about."""
    return str(event.data["job_id"]), int(event.data.get("attempt", 1))


def _window(truth: Truth, order: h.Ordered, sound: h.Sound) -> Iterator[Violation]:
    tolerance = truth.clock_tolerance_s(sound.start_s)
    first = truth.sounds_of(sound.key)[0]
    if not order.now and sound.start_s < max(order.not_before_s, order.start_s) - tolerance:
        yield _violation(Fault.OUTSIDE_WINDOW, truth, sound, f"{order.start_s - sound.start_s:.2f} s early")
    latest = min(order.start_s + order.max_start_delay_s, order.not_after_s)
    if (
        order.now
        and truth.clock_known.at(first.start_s) is None
        and truth.newest_known_s(sound.t - GRACE_S) <= order.not_after_s
    ):
        return  # without a clock an order of now is believed: nothing yet has told that it is old
    if first.start_s > latest + tolerance + START_GRACE_S:
        yield _violation(Fault.OUTSIDE_WINDOW, truth, sound, f"begun {first.start_s - latest:.2f} s too late")
    elif sound.t > order.not_after_s + tolerance + START_GRACE_S:
        yield _violation(Fault.OUTSIDE_WINDOW, truth, sound, f"{sound.t - order.not_after_s:.2f} s past its end")


def _policy(truth: Truth, belief: Belief, sound: h.Sound) -> Iterator[Violation]:
    grace = truth.clock_tolerance_s(sound.start_s) + POLICY_GRACE_S
    policies = belief.policies_in(sound.start_s, sound.t)
    if truth.clock_known.at(sound.start_s) is not None:
        shares = [quiet(policy, max(sound.start_s, policy.since), sound.t) for policy in policies]
        if min(shares, default=0.0) > grace:
            yield _violation(Fault.OUTSIDE_POLICY, truth, sound, f"{min(shares):.0f} s of quiet hours")
    if all(sound.t - sound.start_s > policy.session_s + grace for policy in policies):
        yield _violation(Fault.OUTSIDE_POLICY, truth, sound, "longer than a session")


def _whole(order: h.Ordered, sound: h.Sound) -> bool:
    """Whether a file was heard to its end."""
    return order.pass_ms > 0 and sound.from_ms + (sound.t - sound.start_s) * 1000 >= order.pass_ms - ROUNDING_MS


def _stoppable(truth: Truth, belief: Belief, order: h.Ordered, sound: h.Sound) -> bool:
    """Whether anything in the world asked for the silence."""
    t, tolerance = sound.t, truth.clock_tolerance_s(sound.t) + GRACE_S
    knowledge = belief.of[sound.key]
    until = min(order.not_after_s, order.stream_until_s or order.not_after_s)
    if t >= until - tolerance or knowledge.doubted_s <= t + 0.01 or belief.stopped(t - GRACE_S, t + 0.01):
        return True
    if any(belief.revoked.get(kid, float("inf")) <= t + 0.01 for kid in knowledge.kids):
        return True
    if order.priority == EMERGENCY:
        return False
    if any(
        quiet(policy, t - tolerance - POLICY_GRACE_S, t + tolerance) > 0
        for policy in belief.policies_in(t - 10, t + 0.01)
    ):
        return True
    for key, other in truth.orders.items():
        if key == sound.key or other.priority not in {
            EMERGENCY,
            order.priority if order.priority == RELAY else EMERGENCY,
        }:
            continue
        told = belief.of[key].may_s if key in belief.of else float("inf")
        due = max(told, other.start_s - tolerance - truth.opening.warm_up_s)
        if due <= t + 0.01 and t <= other.not_after_s + tolerance and belief.of[key].doubted_s > t - GRACE_S:
            return True
    return False


def _together(truth: Truth, order: h.Ordered, sounds: list[h.Sound]) -> Iterator[Violation]:
    """One job's sounds: begun once, heard as often as ordered."""
    if order.priority == EMERGENCY:
        return
    life = truth.running.at(sounds[0].start_s)
    for sound in sounds:
        if life is None or not life[0] <= sound.start_s <= life[1]:
            yield _violation(Fault.TWICE, truth, sound, "after the agent was started again")
            return
    if order.pass_ms:
        begun = [sound for sound in sounds if sound.from_ms < ROUNDING_MS]
        heard_ms = sum((sound.t - sound.start_s) * 1000 for sound in sounds)
        limit_ms = order.pass_ms * order.count + ROUNDING_MS * len(sounds)
        if heard_ms > limit_ms:
            yield _violation(
                Fault.TWICE, truth, sounds[-1], f"{heard_ms:.0f} ms of {limit_ms} ms, begun {len(begun)} times"
            )


def _overlaps(truth: Truth) -> Iterator[Violation]:
    sounding: list[h.Sound] = []
    for sound in truth.sounds:
        sounding = [other for other in sounding if other.t > sound.start_s + 0.02]
        for other in sounding:
            below = truth.orders.get(other.key)
            above = truth.orders.get(sound.key)
            ducked = (
                below is not None
                and above is not None
                and below.priority == RELAY
                and above.priority not in {EMERGENCY, RELAY}
                and other.gain_db <= DUCKED_DB
            )
            if not ducked:
                yield _violation(Fault.OVERLAP, truth, sound, f"while {other.job_id} sounds")
        sounding.append(sound)


def _power(truth: Truth) -> Iterator[Violation]:
    """The amplifier has power only around sounds and the silences inside a job."""
    opening = truth.opening
    reach = opening.warm_up_s + opening.release_s + opening.load_s + 5.0
    needed = Intervals((sound.start_s - reach, sound.t + reach) for sound in truth.sounds)
    for sound in truth.sounds:
        order = truth.orders.get(sound.key)
        if order is not None:
            needed |= Intervals([(sound.start_s, sound.t + order.gap_s + reach)])
    for start, end in truth.amplified - needed:
        if end - start > reach:
            detail = f"power for {end - start:.0f} s without a sound"
            yield Violation(fault=Fault.AMPLIFIER, device=truth.device, t=start, detail=detail)
