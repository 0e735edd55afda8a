"""The air side of the station: broker, gateway, clock. One object that the application starts and stops."""

import threading
from datetime import timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import col, select

from protocol.enrolment import BrokerAccess, EnrolAnswer, PollRequest
from protocol.envelope import Kind, seal
from protocol.ids import next_revision
from protocol.keys import device_owner
from protocol.messages import Ack, PollAnswer
from server.air import lease, reaper
from server.air.configs import Configurator
from server.air.gateway import Gateway
from server.air.inbox import Inbox
from server.air.keys import KeyStore, trust_set
from server.air.orders import Orders
from server.air.publisher import Publisher
from server.broker import open_broker
from server.database import Database
from server.errors import NotFoundError, StationError
from server.settings import Settings
from server.tables import Speaker
from server.tables.columns import now as present

_LEASE_S = 2
_DISPATCH_S = 1
_POLL_VALIDITY = timedelta(minutes=5)

log = structlog.get_logger(__name__)


class Air:
    """Start it once the database has its tables. Of several processes one becomes the gateway; all answer HTTP."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._admitting = threading.Lock()
        self.keys = KeyStore(database, settings.key_dir, settings.station)
        self.broker = open_broker(settings)
        self.inbox = Inbox(database, self.keys, settings.station)
        self._holder = lease.holder_name()
        self._gateway: Gateway | None = None
        self._changing = threading.Lock()
        # APScheduler only wakes us up; what is due is decided by the database
        self._clock = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Load the keys and begin. Where the lease is free, devices can be spoken to when this returns. Raises StationError."""
        self.keys.open()
        self._hold_lease()
        self._clock.add_job(self._tick_lease, "interval", seconds=_LEASE_S)
        self._clock.add_job(self._tick_dispatch, "interval", seconds=_DISPATCH_S)
        self._clock.start()

    def stop(self) -> None:
        """Leave the air in good order; safe to call twice."""
        if self._clock.running:
            self._clock.shutdown()
        with self._changing:
            was_gateway = self._gateway is not None
            self._leave()
        if was_gateway:
            with self._database.write() as session:
                lease.release(session, self._holder, present())

    def kick(self) -> None:
        """Something changed in the database: devices are told at once. Safe from any thread; returns at once."""
        gateway = self._gateway
        if gateway is not None:
            gateway.kick()

    @property
    def connected(self) -> bool:
        """Whether this process is the gateway and the broker hears it."""
        gateway = self._gateway
        return gateway is not None and gateway.connected

    def _tick_lease(self) -> None:
        try:
            self.keys.refresh()
            self._hold_lease()
        except StationError as error:
            log.error("cannot go on air", error=str(error))  # noqa: TRY400  no traceback: the message says it

    def _hold_lease(self) -> None:
        with self._database.write() as session:
            ours = lease.hold(session, self._holder, present())
        with self._changing:
            if self._gateway is not None and not self._gateway.alive:
                log.error("a thread of the gateway died, starting it anew")
                self._leave()
            if ours and self._gateway is None:
                self._enter()
            elif not ours and self._gateway is not None:
                log.warning("another process has become the gateway")
                self._leave()

    def _enter(self) -> None:
        station = self._settings.station
        self.admit()
        self.broker.start()
        gateway = Gateway(
            self._database,
            self.keys,
            station,
            self.broker.address,
            publisher=Publisher(self._database, self.keys, station, self._holder),
            configurator=Configurator(self._database, self.keys, station, self._holder, self._settings.timezone),
            orders=Orders(self._database, self.keys, station, self._holder),
            inbox=self.inbox,
        )
        gateway.start()
        self._gateway = gateway
        log.info("this process is the gateway", holder=self._holder)

    def _leave(self) -> None:
        if self._gateway is not None:
            self._gateway.stop()
            self._gateway = None
            self.broker.stop()

    def _tick_dispatch(self) -> None:
        if self._gateway is None:
            return
        with self._database.write() as session:
            reaper.expire(session, present())
        self.kick()

    # ------------------------------------------------------------ devices over HTTP

    def enrolled(self, speaker_id: str, password: str, host: str) -> EnrolAnswer:
        """What a box is told that has just become this speaker; the broker lets it in when this returns.

        `host` is the name by which the box reached us: our own broker answers there too.
        """
        self.admit()
        self.kick()
        with self._database.read() as session:
            speaker = session.get(Speaker, speaker_id)
            trust = trust_set(session)
        if speaker is None:
            raise NotFoundError("Không có cụm loa này.")
        address = self.broker.address
        return EnrolAnswer(
            station=self._settings.station,
            device_id=speaker.id,
            name=speaker.name,
            trust=trust,
            broker=BrokerAccess(
                host=address.host if self._settings.broker_url else host,
                port=address.port,
                tls=address.tls,
                username=speaker.id,
                password=password,
            ),
        )

    def poll(self, speaker_id: str, request: PollRequest) -> str:
        """The answer to a device that asks over HTTP: the same signed messages, and our time for its nonce."""
        now = present()
        with self._database.write() as session:
            speaker = session.get(Speaker, speaker_id)
            if speaker is None:
                raise NotFoundError("Không có cụm loa này.")
            speaker.last_heard_at = now
            session.add(speaker)
            owner = device_owner(self._settings.station, speaker.id)
            speaker.ack_rev = rev = next_revision(now, speaker.ack_rev)
            ack = Ack(epoch=speaker.epoch, seq=speaker.acked_seq)
        sealed_ack = seal(Kind.ACK, ack, key=self.keys.station, audience=owner, rev=rev, now=now) if ack.epoch else None
        answer = PollAnswer(
            nonce=request.nonce,
            at=now,
            desired=speaker.desired_token if speaker.desired_rev > request.desired_rev else None,
            config=speaker.config_token if speaker.config_rev > request.config_rev else None,
            ack=sealed_ack,
        )
        return seal(
            Kind.POLL, answer, key=self.keys.station, audience=owner, rev=rev, now=now, expires=now + _POLL_VALIDITY
        )

    def admit(self) -> None:
        """Tell the broker who may speak to it now. One at a time: an older list never overwrites a newer one."""
        with self._admitting:
            with self._database.read() as session:
                accounts = session.exec(
                    select(Speaker.id, Speaker.broker_password_hash).where(col(Speaker.broker_password_hash) != "")
                ).all()
            self.broker.admit(dict(accounts))
