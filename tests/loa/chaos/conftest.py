"""A small honest history, told by hand, that the tests then bend."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from loa.chaos import history as h
from loa.chaos.checker import judge
from loa.chaos.verdict import Fault, Report

DEVICE = "loa-01"
T0 = 1_772_420_400.0
"""2 March 2026, 10:00 in Việt Nam."""
STATION_KEY, EMERGENCY_KEY = "station-key", "emergency-key"


@dataclass
class Story:
    """Builds records in any order; `verdict` sorts them. Seconds are after T0."""

    records: list[h.Record] = field(default_factory=list)
    seq: int = 0
    rev: int = 0

    def __post_init__(self) -> None:
        self.add(
            h.Opening(
                t=T0 - 4000,
                seed=7,
                devices=(DEVICE,),
                healed_s=T0 + 5000,
                end_s=T0 + 8000,
                warm_up_s=1.5,
                release_s=3.0,
                load_s=0.1,
                boot_s=20.0,
            )
        )
        self.running(-3900, on=True)
        self.line(-3900)
        self.clock(-3900)

    def add(self, record: h.Record) -> None:
        self.records.append(record)

    # the world

    def running(self, t: float, *, on: bool, cause: str = "power") -> None:
        self.add(h.Running(t=T0 + t, device=DEVICE, on=on, cause=cause))

    def line(self, t: float, *, broker: bool = True, web: bool = True) -> None:
        self.add(h.Line(t=T0 + t, device=DEVICE, broker=broker, web=web))

    def clock(self, t: float, error_s: float = 0.0, *, vouched: bool = True) -> None:
        self.add(h.Clock(t=T0 + t, device=DEVICE, error_s=error_s, drift=0.0, vouched=vouched))

    def amplifier(self, on: float, off: float) -> None:
        self.add(h.Amplifier(t=T0 + on, device=DEVICE, on=True))
        self.add(h.Amplifier(t=T0 + off, device=DEVICE, on=False))

    # orders

    def ordered(
        self, job: str, start: float = 0.0, *, file: str | None = None, here: float | None = -900, **fields: Any
    ) -> None:
        """A ten-second job with a minute of grace; `here`: when its file is on the disk, None for never."""
        file = file or f"file-{job}"
        facts: dict[str, Any] = {
            "t": T0 - 1000,
            "device": DEVICE,
            "job_id": job,
            "priority": 3,
            "not_before_s": T0 + start,
            "start_s": T0 + start,
            "max_start_delay_s": 60.0,
            "not_after_s": T0 + start + 300,
            "contents": (file,),
            "file": file,
            "pass_ms": 10_000,
        }
        self.add(h.Ordered.model_validate({**facts, **fields}))
        self.add(h.Source(t=T0 - 3999, sha256=file, good=True))
        if here is not None:
            self.add(h.File(t=T0 + here, device=DEVICE, sha256=file, state="good"))

    def told(self, t: float, *jobs: str, channel: str = "desired", **fields: Any) -> None:
        """A message with these jobs is signed and delivered; `delivered=False`: it never arrives."""
        arrives = fields.pop("delivered", True)
        self.rev += 1
        facts: dict[str, Any] = {
            "t": T0 + t - 1,
            "token": f"token-{self.rev}",
            "channel": channel,
            "device": None if channel == "alert" else DEVICE,
            "rev": self.rev,
            "kid": EMERGENCY_KEY if channel == "alert" else STATION_KEY,
            "jobs": [(job, 1) for job in jobs],
        }
        self.add(h.Message.model_validate({**facts, **fields}))
        if arrives:
            self.delivered(t, self.rev)

    def delivered(self, t: float, rev: int, *, interrupted: bool = False) -> None:
        """The message of that revision arrives; `interrupted`: the power failed in it."""
        self.add(h.Delivered(t=T0 + t, device=DEVICE, token=f"token-{rev}", interrupted=interrupted))

    # what was heard and reported

    def sound(self, job: str, start: float, end: float, **fields: Any) -> None:
        facts: dict[str, Any] = {
            "t": T0 + end,
            "device": DEVICE,
            "job_id": job,
            "attempt": 1,
            "content": f"file-{job}",
            "start_s": T0 + start,
            "from_ms": 0,
            "gain_db": 0.0,
            "ended": "end",
        }
        self.add(h.Sound.model_validate({**facts, **fields}))

    def said(self, t: float, job: str, state: str, *, committed: bool = True, **data: Any) -> None:
        """The device records an event about a job; the station commits it a second later."""
        self.event(t, "job", {"job_id": job, "state": state, **data}, committed=committed)

    def event(self, t: float, kind: str, data: dict[str, Any], *, committed: bool = True) -> None:
        self.seq += 1
        happening = h.Happening(epoch="e", seq=self.seq, at_s=T0 + t, clock="synced", type=kind, data=data)
        self.add(h.Recorded(t=T0 + t, device=DEVICE, event=happening))
        if committed:
            self.add(h.Committed(t=T0 + t + 1, device=DEVICE, event=happening))

    def ends(self, job: str, station: str, device: str | None = None) -> None:
        """What the two sides show at the end."""
        self.add(h.Believed(t=T0 + 8000, device=DEVICE, job_id=job, attempt=1, state=station))
        if device != "":
            self.add(h.Remembered(t=T0 + 8000, device=DEVICE, job_id=job, attempt=1, state=device or station))

    def played(
        self,
        job: str,
        start: float = 0.0,
        *,
        late: float = 0.0,
        power: bool = True,
        lasting: float = 10.0,
        told: float | None = None,
        **fields: Any,
    ) -> None:
        """Everything about a job that sounds well. `told`: the start error that it reports, if not the true one."""
        begin = start + late
        self.ordered(job, start, **{"pass_ms": round(lasting * 1000), **fields})
        self.said(-1000, job, "ACCEPTED")
        self.said(-900, job, "READY")
        if power:
            self.amplifier(begin - 2, begin + lasting + 3)
        self.sound(job, begin, begin + lasting)
        self.said(begin + 0.01, job, "PLAYING", start_error_ms=(late if told is None else told) * 1000, played_ms=0)
        self.said(begin + lasting + 0.01, job, "PLAYED", played_ms=round(lasting * 1000))
        self.ends(job, "PLAYED")

    # the verdict

    def verdict(self) -> Report:
        first, *others = self.records
        return judge([first, *sorted(others, key=lambda record: record.t)])

    def faults(self) -> set[Fault]:
        return {violation.fault for violation in self.verdict().violations}


@pytest.fixture
def story() -> Story:
    return Story()
