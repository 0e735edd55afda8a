"""The judge of a simulated world's history. Knows the contract and nothing of the agent: it imports none of its code."""

from collections.abc import Iterable

from loa.chaos import history as h
from loa.chaos.agreement import agreement
from loa.chaos.belief import Belief
from loa.chaos.emergencies import emergencies
from loa.chaos.ends import ends, job_events
from loa.chaos.hearing import ENDS, hearing, job_key
from loa.chaos.misses import misses, outcome
from loa.chaos.truth import Truth
from loa.chaos.verdict import Report, Violation, count_missed

DAY_S = 86_400.0


def judge(records: Iterable[h.Record]) -> Report:
    """The verdict on a whole history; raises ValueError if its first record is not an opening."""
    found = list(records)
    if not found or not isinstance(found[0], h.Opening):
        raise ValueError("a history begins with its opening")
    opening = found[0]
    common = [record for record in found if getattr(record, "device", None) is None]
    apart: dict[str, list[h.Record]] = {device: [] for device in opening.devices}
    for record in found:
        device = getattr(record, "device", None)
        if device is not None:
            apart[device].append(record)
    violations: list[Violation] = []
    jobs = 0
    missed: list[str] = []
    for device, own in apart.items():
        messages = [r for other, theirs in apart.items() if other != device for r in theirs if isinstance(r, h.Message)]
        truth = Truth(device, opening, sorted([*common, *messages, *own], key=lambda record: record.t))
        belief = Belief(truth)
        for part in (hearing, emergencies, ends, misses, agreement):
            violations.extend(part(truth, belief))
        jobs += len(truth.believed)
        reasons = {
            job_key(r.event): str(r.event.data.get("reason") or str(r.event.data["state"]).lower())
            for r in job_events(truth)
            if r.event.data["state"] in ENDS
        }
        missed += [why for key in truth.believed if (why := outcome(truth, belief, key, reasons)) is not None]
    violations.sort(key=lambda violation: (violation.t, violation.device, violation.fault))
    return Report(
        ok=not violations,
        seed=opening.seed,
        device_days=round(len(opening.devices) * (opening.healed_s - opening.t) / DAY_S, 3),
        jobs=jobs,
        played=jobs - len(missed),
        missed=count_missed(missed),
        violations=tuple(violations),
    )
