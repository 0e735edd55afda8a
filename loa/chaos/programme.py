"""What the simulated commune orders: more than twenty jobs a device and day, with everything that officers do to them."""

import hashlib
import io
import wave
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from loa.chaos import history as h
from loa.chaos.box import Box
from loa.chaos.kernel import Kernel
from loa.chaos.keys import job_id, utc
from loa.chaos.station import Station
from protocol.enrolment import AUDIO_PATH
from protocol.jobs import Audio, Job, Repeat, Stream
from protocol.messages import Operation
from protocol.policy import Window
from protocol.priorities import Priority

DAY_S = 86_400
VIETNAM_S = 7 * 3600
ORDERS_A_DAY = 22
EMERGENCIES_A_DAY = 4
FIRST_S, LAST_S = 300.0, 3600.0
"""Nothing is planned so soon after the beginning, nor so late before the end; in a short world less."""


@dataclass(frozen=True)
class Planned:
    """What will be on the air, if all goes well."""

    device: str
    start_s: float
    length_s: float
    file: str | None


class Archive:
    """Finished bulletins: real sound files of a few kilobytes, each of which stands for a sound of `length_ms`."""

    def __init__(self, station: Station, random: Random) -> None:
        self._station = station
        self._random = random
        self._lengths: dict[str, int] = {}
        self.undecodable: set[str] = set()

    def length_ms(self, sha256: str) -> int:
        """How long it sounds."""
        return self._lengths[sha256]

    def make(self, length_ms: int, *, decodable: bool = True) -> Audio:
        """Produce one."""
        data = sound_file(self._random) if decodable else self._random.randbytes(3000)
        sha256 = hashlib.sha256(data).hexdigest()
        self._lengths[sha256] = length_ms
        if not decodable:
            self.undecodable.add(sha256)
        self._station.put_file(sha256, data)
        return Audio(
            sha256=sha256, bytes=len(data), duration_ms=length_ms, codec="wav", urls=(f"{AUDIO_PATH}/{sha256}",)
        )


def sound_file(random: Random) -> bytes:
    """A few kilobytes of noise as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(random.randbytes(2 * random.randint(1000, 4000)))
    return buffer.getvalue()


def describe(job: Job, device: str | None, t: float, *, decodable: bool, now: bool) -> h.Ordered:
    """A job as the history has it."""
    stream = job.stream
    return h.Ordered(
        t=t,
        device=device,
        job_id=job.job_id,
        attempt=job.attempt,
        priority=job.priority,
        not_before_s=job.not_before.timestamp(),
        start_s=job.start_at.timestamp(),
        max_start_delay_s=job.max_start_delay_s,
        not_after_s=job.not_after.timestamp(),
        count=job.repeat.count,
        gap_s=job.repeat.gap_s,
        contents=stream.urls if stream else (job.audio.sha256,) if job.audio else (),
        file=job.audio.sha256 if job.audio else None,
        pass_ms=job.audio.duration_ms if job.audio else 0,
        stream_until_s=stream.until.timestamp() if stream else None,
        supersedes=job.supersedes,
        decodable=decodable,
        now=now,
    )


class Programme:
    """Plans whole days ahead; `until` is the last instant at which anything may be on the air."""

    def __init__(
        self,
        kernel: Kernel,
        *,
        station: Station,
        boxes: list[Box],
        archive: Archive,
        record: Callable[[h.Record], None],
        until: float,
    ) -> None:
        self._kernel = kernel
        self._station = station
        self._boxes = boxes
        self._archive = archive
        self._record = record
        self._until = until
        span = until - kernel.now
        self._first_s, self._last_s = min(FIRST_S, span / 12), min(LAST_S, span / 4)
        self._random = kernel.random("programme")
        self._prepared = [archive.make(self._random.randrange(8_000, 25_000)) for _ in range(4)]
        for desk in station.desks.values():
            desk.prefetch = tuple(self._prepared)
        self.planned: list[Planned] = []
        """Troubles like to come around these."""

    def plan(self) -> None:
        """Everything that will be ordered."""
        first = day = self._kernel.now
        while day < self._until:
            for box in self._boxes:
                self._day(box.device, day)
            self._emergencies(day, at_least=int(day == first))
            day += DAY_S

    # ------------------------------------------------------------ one device's day

    def _day(self, device: str, day: float) -> None:
        random = self._random
        hours = min(DAY_S, self._until - day)
        wanted = max(1, round(ORDERS_A_DAY * hours / DAY_S))
        made: list[Job] = []
        tries = 0
        while len(made) < wanted and tries < 400:
            tries += 1
            if made and random.random() < 0.35:  # into another one
                start = made[-1].start_at.timestamp() + random.uniform(-20, 60)
            else:
                start = day + random.uniform(self._first_s, max(self._first_s + 1.0, hours))
            if start < day + self._first_s or start > self._until - self._last_s:
                continue
            daytime = 5 * 3600 <= (start + VIETNAM_S) % DAY_S < 21 * 3600
            if not daytime and random.random() > 0.06:
                continue
            made.append(self._one(device, start, made))

    def _one(self, device: str, start: float, before: list[Job]) -> Job:
        random = self._random
        start = round(start, 3)
        kind = random.random()
        decodable = random.random() > 0.02
        priority = Priority.URGENT if random.random() < 0.3 else Priority.NORMAL
        delay = random.choice([0.0, 30.0, 60.0, 120.0, 300.0])
        lead = random.choice([20.0, 90.0, 1200.0, 4000.0, 4000.0, 20_000.0, 20_000.0, 90_000.0])
        supersedes: tuple[str, ...] = ()
        if kind < 0.06:
            job = self._relay(start, random.uniform(300, 2400))
        else:
            length_ms = random.randrange(5_000, 90_000)
            if kind < 0.08:
                length_ms = random.randrange(3_700_000, 4_500_000)  # longer than a session
            elif kind < 0.10:
                priority = Priority.EMERGENCY  # without the emergency key
            elif kind < 0.16 and before:
                supersedes = (random.choice(before).job_id,)
            count = random.choice([1, 1, 1, 1, 2, 3])
            gap = random.choice([2.0, 3.0, 5.0])
            whole = length_ms * count / 1000 + gap * (count - 1)
            job = Job(
                job_id=job_id(random),
                priority=priority,
                title="Bản tin",
                not_before=utc(start),
                start_at=utc(start),
                max_start_delay_s=delay,
                not_after=utc(start + whole + delay + random.choice([5.0, 60.0, 900.0])),
                repeat=Repeat(count=count, gap_s=gap),
                audio=self._archive.make(length_ms, decodable=decodable),
                supersedes=supersedes,
            )
        at = max(self._kernel.now + random.uniform(1, 60), start - lead)
        self._kernel.at(at, lambda: self._order(device, job))
        self._second_thoughts(device, job, at, start)
        file = job.audio.sha256 if job.audio else None
        self.planned.append(Planned(device, start, job.not_after.timestamp() - start, file))
        return job

    def _relay(self, start: float, length: float) -> Job:
        random = self._random
        until = round(start + length, 3)
        return Job(
            job_id=job_id(random),
            priority=Priority.RELAY,
            title="Tiếp âm",
            not_before=utc(start),
            start_at=utc(start),
            max_start_delay_s=length,
            not_after=utc(until),
            stream=Stream(urls=("http://radio.invalid/vov1",), until=utc(until)),
        )

    def _second_thoughts(self, device: str, job: Job, at: float, start: float) -> None:
        random = self._random
        key = (job.job_id, job.attempt)
        chance = random.random()
        if chance < 0.06:
            self._kernel.at(random.uniform(at, max(at, start)) + 3.0, lambda: self._station.cancel(device, key))
        elif chance < 0.10:
            self._kernel.at(start + random.uniform(0, 40), lambda: self._station.cancel(device, key))

    def _order(self, device: str, job: Job) -> None:
        decodable = job.audio is None or job.audio.sha256 not in self._archive.undecodable
        self._record(describe(job, device, self._kernel.now, decodable=decodable, now=False))
        self._station.order(device, job)

    # ------------------------------------------------------------ the station as a whole

    def _emergencies(self, day: float, *, at_least: int) -> None:
        random = self._random
        hours = min(DAY_S, self._until - day)
        today = [planned for planned in self.planned if day <= planned.start_s < day + hours]
        for _ in range(max(at_least, _times(random, EMERGENCIES_A_DAY * hours / DAY_S))):
            start = day + random.uniform(60, max(61, hours))
            if today and random.random() < 0.7:  # into something
                planned = random.choice(today)
                start = planned.start_s + random.uniform(-5, planned.length_s)
            self._emergency(start)
            if random.random() < 0.3:
                self._emergency(start + random.uniform(0, 120))

    def _emergency(self, start: float) -> None:
        random = self._random
        devices: tuple[str, ...] | None = None
        if random.random() < 0.3:
            devices = tuple(box.device for box in self._boxes if random.random() < 0.6) or None
        audio = (
            random.choice(self._prepared)
            if random.random() < 0.8
            else self._archive.make(random.randrange(8_000, 25_000))
        )
        lasting = random.uniform(40, 900)
        cleared = random.random() < 0.75
        name = job_id(random)
        count = random.choice([1, 3, 1000, 1000])
        gap = random.choice([2.0, 5.0, 10.0])
        length = lasting + (3600 if cleared else 60)

        def begin() -> None:
            t = self._kernel.now
            job = Job(
                job_id=name,
                priority=Priority.EMERGENCY,
                title="Khẩn cấp",
                not_before=utc(t),
                start_at=utc(t),
                max_start_delay_s=length,
                not_after=utc(t + length),
                repeat=Repeat(count=count, gap_s=gap),
                audio=audio,
            )
            self._record(describe(job, None, t, decodable=True, now=True))
            self._station.emergency(job, devices)

        self._kernel.at(start, begin)
        if cleared:
            self._kernel.at(start + lasting, lambda: self._station.all_clear(name))

    def trouble_makers(self) -> None:
        """Stop-all, other hours, another key: seldom."""
        random = self._random
        span = self._until - self._kernel.now
        for box in self._boxes:
            mine = [found for found in self.planned if found.device == box.device]
            for _ in range(_times(random, 0.7 * span / DAY_S) if mine else 0):
                planned = random.choice(mine)
                at = planned.start_s + random.uniform(-2, max(1.0, min(planned.length_s, 120.0)))
                self._kernel.at(at, _command(self._station, box.device, Operation.STOP_ALL))
            for _ in range(_times(random, 0.5 * span / DAY_S)):
                self._kernel.at(
                    self._kernel.now + random.uniform(0, span), _command(self._station, box.device, Operation.VOLUME)
                )
            for _ in range(_times(random, 0.4 * span / DAY_S)):
                hours = random.choice([("05:30", "11:30", "16:30", "21:30"), ("05:00", "22:00"), ("22:00", "21:00")])
                windows = tuple(
                    Window.model_validate({"start": hours[i], "end": hours[i + 1]}) for i in range(0, len(hours), 2)
                )
                self._kernel.at(
                    self._kernel.now + random.uniform(0, span), _configure(self._station, box.device, windows)
                )
        if random.random() < 0.5:
            at = self._kernel.now + random.uniform(0.2, 0.6) * span
            self._kernel.at(at, self._station.rotate)
            self._kernel.at(at + random.uniform(600, 20_000), self._station.revoke_old)


def _times(random: Random, mean: float) -> int:
    return int(mean) + (random.random() < mean % 1)


def _command(station: Station, device: str, op: Operation) -> Callable[[], None]:
    return lambda: station.command(device, op)


def _configure(station: Station, device: str, hours: tuple[Window, ...]) -> Callable[[], None]:
    return lambda: station.configure(device, hours)
