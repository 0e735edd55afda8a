"""Somebody who has got into the broker, and some of the keys: everything here must be refused."""

from collections.abc import Callable

from joserfc import jws

from loa.chaos import history as h
from loa.chaos.box import Box
from loa.chaos.broker import Broker
from loa.chaos.kernel import Kernel
from loa.chaos.keys import job_id, signing_key, utc
from loa.chaos.programme import Archive, describe
from loa.chaos.station import STATION, Station, token_id
from protocol import topics
from protocol.envelope import ALGORITHM, VERSION, Claims, Kind
from protocol.ids import next_revision
from protocol.jobs import Job, Repeat
from protocol.keys import Role, SigningKey, device_owner, station_owner
from protocol.messages import Alert, Desired
from protocol.priorities import Priority


class Forger:
    """Attacks one device at a time."""

    def __init__(
        self,
        kernel: Kernel,
        *,
        station: Station,
        broker: Broker,
        boxes: list[Box],
        archive: Archive,
        record: Callable[[h.Record], None],
    ) -> None:
        self._kernel = kernel
        self._station = station
        self._broker = broker
        self._boxes = boxes
        self._record = record
        self._random = kernel.random("forger")
        self._stranger = signing_key(self._random, Role.STATION, station_owner(STATION))
        self._audio = archive.make(20_000)

    def begin(self, a_day: float, until: float) -> None:
        """So many attacks a device and day."""
        attacks = (
            self._replay,
            self._replay,
            self._elsewhere,
            self._wrong_key,
            self._expired,
            self._wrong_role,
            self._tampered,
        )
        for box in self._boxes:
            for _ in range(round(a_day * (until - self._kernel.now) / 86_400)):
                attack = self._random.choice(attacks)
                at = self._random.uniform(self._kernel.now + 600, until - 60)
                self._kernel.at(at, _bind(attack, box))

    # ------------------------------------------------------------ attacks

    def _replay(self, box: Box) -> None:
        """An older message to the same device."""
        mine = [found for found in self._station.captured if found[2] in {"", box.device}]
        if mine:
            topic, token, _ = self._random.choice(mine)
            self._broker.inject(box.device, topic, token.encode())

    def _elsewhere(self, box: Box) -> None:
        """Another device's newest message."""
        leaves = ("/desired", "/config")
        others = [
            found for found in self._station.captured if found[2] not in {"", box.device} and found[0].endswith(leaves)
        ]
        if others:
            topic, token, _ = self._random.choice(others[-50:])
            leaf = topic.rpartition("/")[2]
            self._broker.inject(box.device, topics.device(STATION, box.device, leaf), token.encode())

    def _wrong_key(self, box: Box) -> None:
        self._desired(box, self._stranger, "wrong_key", later_s=3600.0)

    def _expired(self, box: Box) -> None:
        """Signed by the station long ago, held back since. Without a clock nobody could tell."""
        if box.clock.source() is not None:
            self._desired(box, self._station.key, "expired", later_s=-7200.0)

    def _wrong_role(self, box: Box) -> None:
        """An emergency by the station's key."""
        job = self._job(Priority.EMERGENCY)
        body = Alert(job=job, authority="nobody")
        rev = next_revision(utc(self._kernel.now))
        token = self._sign(Kind.ALERT, body, self._station.key, station_owner(STATION), rev, later_s=3600.0)
        key = (job.job_id, job.attempt)
        self._send(box, job, topics.alert(STATION), token, rev, "alert", "wrong_role", jobs=(key,))

    def _tampered(self, box: Box) -> None:
        """A real message with another job's bytes in it."""
        mine = [found for found in self._station.captured if found[2] == box.device and found[0].endswith("/desired")]
        if not mine:
            return
        topic, token, _ = mine[-1]
        header, claims, signature = token.split(".")
        place = self._random.randrange(len(claims) // 2, len(claims))
        other = "A" if claims[place] != "A" else "B"
        forged = f"{header}.{claims[:place]}{other}{claims[place + 1 :]}.{signature}"
        self._log(forged, "desired", box.device, next_revision(utc(self._kernel.now)), "tampered", ())
        self._broker.inject(box.device, topic, forged.encode())

    # ------------------------------------------------------------ inside

    def _job(self, priority: Priority) -> Job:
        t = self._kernel.now
        start = t if priority is Priority.EMERGENCY else t + 40.0
        return Job(
            job_id=job_id(self._random),
            priority=priority,
            title="Giả mạo",
            not_before=utc(start),
            start_at=utc(start),
            max_start_delay_s=3000,
            not_after=utc(start + 3600),
            repeat=Repeat(count=5),
            audio=self._audio,
        )

    def _desired(self, box: Box, key: SigningKey, flaw: str, *, later_s: float) -> None:
        job = self._job(Priority.NORMAL)
        body = Desired(valid_until=utc(self._kernel.now + 86_400), jobs=(job,))
        rev = next_revision(utc(self._kernel.now + 1))
        token = self._sign(Kind.DESIRED, body, key, device_owner(STATION, box.device), rev, later_s=later_s)
        topic = topics.device(STATION, box.device, "desired")
        self._send(box, job, topic, token, rev, "desired", flaw, jobs=((job.job_id, job.attempt),))

    def _sign(
        self, kind: Kind, body: Alert | Desired, key: SigningKey, audience: str, rev: int, *, later_s: float
    ) -> str:
        """As `protocol.envelope.seal`, without its scruples."""
        claims = Claims(
            v=VERSION,
            kind=kind,
            iss=key.owner,
            aud=audience,
            iat=utc(self._kernel.now + min(later_s, 0.0) * 2),
            exp=utc(self._kernel.now + later_s),
            rev=rev,
            body=body.model_dump(mode="json", exclude_defaults=True),
        )
        payload = claims.model_dump_json(exclude_none=True).encode()
        return jws.serialize_compact({"alg": ALGORITHM, "kid": key.kid}, payload, key.jwk, algorithms=[ALGORITHM])

    def _send(
        self, box: Box, job: Job, topic: str, token: str, rev: int, channel: str, flaw: str, jobs: tuple[h.Key, ...]
    ) -> None:
        self._record(describe(job, box.device, self._kernel.now, decodable=True, now=False))
        self._log(token, channel, box.device, rev, flaw, jobs)
        self._broker.inject(box.device, topic, token.encode())

    def _log(self, token: str, channel: str, device: str, rev: int, flaw: str, jobs: tuple[h.Key, ...]) -> None:
        line = {"t": self._kernel.now, "token": token_id(token), "channel": channel, "device": device, "rev": rev}
        self._record(h.Message.model_validate({**line, "kid": "", "flaw": flaw, "jobs": jobs}))


def _bind(attack: Callable[[Box], None], box: Box) -> Callable[[], None]:
    return lambda: attack(box)
