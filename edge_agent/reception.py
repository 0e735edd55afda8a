"""What the station says, whichever way it comes: each message goes to whom it concerns, and a refusal is reported."""

from collections.abc import Callable

import structlog

from edge_agent.commands import Commands
from edge_agent.despatch import Despatch
from edge_agent.gate import Gate, body_of
from edge_agent.orders import Orders
from edge_agent.outbox import Outbox
from edge_agent.polling import Polling
from edge_agent.store import Message, Store
from protocol import topics
from protocol.envelope import Kind
from protocol.errors import Refusal, RefusedError
from protocol.keys import BadKeyError, Keyring
from protocol.messages import Ack, Config, StationState
from schedules.policy import known_zone

log = structlog.get_logger(__name__)


class Reception:
    """When a method returns, what the message asked for is on disk. `configure` acts upon a believed configuration."""

    def __init__(
        self,
        *,
        gate: Gate,
        store: Store,
        outbox: Outbox,
        orders: Orders,
        commands: Commands,
        polling: Polling,
        despatch: Despatch,
        configure: Callable[[Config], None],
        station: str,
        device_id: str,
    ) -> None:
        self._gate = gate
        self._store = store
        self._outbox = outbox
        self._orders = orders
        self._polling = polling
        self._despatch = despatch
        self._configure = configure
        self._topic = {leaf: topics.device(station, device_id, leaf) for leaf in topics.TO_DEVICE}
        self._handlers: dict[str, Callable[[str, str], None]] = {
            self._topic["desired"]: orders.desired,
            self._topic["config"]: self._config,
            self._topic["cmd"]: lambda token, _topic: commands.command(token),
            self._topic["ack"]: self._ack,
            topics.alert(station): lambda token, _topic: orders.alert(token),
            topics.station_state(station): self._station_state,
        }
        self.answered = False
        """Whether the station's signed answer to something said in this life was believed."""

    # ------------------------------------------------------------ what comes

    def message(self, topic: str, payload: bytes) -> None:
        """Something came on a topic: believed or refused."""
        handler = self._handlers.get(topic)
        if handler is None:
            log.warning("message on a foreign topic", topic=topic)
            return
        try:
            handler(payload.decode("ascii", "replace"), topic)
        except RefusedError as error:
            self._gate.refuse(topic, error.refusal, error.detail)

    def polled(self, token: str | None, sent_mono_s: float, received_mono_s: float) -> None:
        """The answer to a poll, None if there was none."""
        try:
            answer = self._polling.answered(token, sent_mono_s, received_mono_s)
        except RefusedError as error:
            self._gate.refuse("poll", error.refusal, error.detail)
            return
        if answer is None:
            return
        self.answered = True
        for leaf, inner in (("config", answer.config), ("ack", answer.ack), ("desired", answer.desired)):
            if inner is not None:
                self.message(self._topic[leaf], inner.encode())

    def acknowledgement(self, token: str) -> None:
        """The answer to reports that went by HTTPS."""
        self.message(self._topic["ack"], token.encode())

    # ------------------------------------------------------------ what came in an earlier life

    def recall_config(self) -> None:
        """Act upon the stored configuration again, in the caller's transaction."""
        self._recall(Kind.CONFIG, self._apply_config)

    def recall_desired(self) -> None:
        """Act upon the stored manifest again."""
        self._recall(Kind.DESIRED, self._orders.remember)

    def _apply_config(self, token: str) -> None:
        self._configure(_whole(body_of(self._gate.open(Kind.CONFIG, token, now=None), Config)))

    def _recall(self, kind: Kind, apply: Callable[[str], None]) -> None:
        """One that has gone bad on disk is asked for anew, and none older is taken."""
        message = self._store.message(kind)
        if message is None:
            return
        try:
            apply(message.token)
        except RefusedError as error:
            self._gate.refuse(f"disk#{kind}", error.refusal, error.detail)
            self._store.set_message(kind, Message(rev=message.rev - 1, token=""))

    # ------------------------------------------------------------ whom it concerns

    def _config(self, token: str, _topic: str) -> None:
        claims = self._gate.newer(Kind.CONFIG, token)
        if claims is None:
            return
        config = _whole(body_of(claims, Config))
        with self._store.transaction():
            self._gate.keep(Kind.CONFIG, token, claims.rev)
            self._store.set_fact("trust", config.trust.model_dump_json())
            self._configure(config)

    def _ack(self, token: str, _topic: str) -> None:
        try:
            claims = self._gate.newer(Kind.ACK, token)
        except RefusedError as error:
            if error.refusal is Refusal.STALE:
                return  # two ways in, and the slower one is late: it says less than is known
            raise
        if claims is not None:
            ack = body_of(claims, Ack)
            with self._store.transaction():
                self._gate.keep(Kind.ACK, token, claims.rev)
                self._outbox.acked(ack)
            self._polling.acknowledged(ack.desired_rev)
            self.answered = True

    def _station_state(self, token: str, _topic: str) -> None:
        claims = self._gate.newer(Kind.STATE, token)
        if claims is not None:
            state = body_of(claims, StationState)
            with self._store.transaction():
                self._gate.keep(Kind.STATE, token, claims.rev)
            self._despatch.station_online = state.online


def _whole(config: Config) -> Config:
    """The same, if this box can act upon all of it; raises RefusedError."""
    if not known_zone(config.policy):
        raise RefusedError(Refusal.MALFORMED, f"timezone {config.policy.timezone}")
    try:
        Keyring.of(config.trust)
    except BadKeyError as error:
        raise RefusedError(Refusal.MALFORMED, "trust") from error
    return config
