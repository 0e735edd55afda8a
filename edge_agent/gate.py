"""What is believed: every message from outside passes here, and what does not pass is reported."""

from datetime import datetime
from typing import TypeVar

import structlog
from joserfc import jws
from pydantic import BaseModel, ValidationError

from edge_agent.outbox import Outbox
from edge_agent.store import Message, Store
from edge_agent.timekeeping import Timekeeper
from protocol.envelope import Claims, Kind, unseal
from protocol.errors import Refusal, RefusedError
from protocol.keys import Keyring, TrustSet
from protocol.messages import RefusalReport

log = structlog.get_logger(__name__)
Body = TypeVar("Body", bound=BaseModel)

EARLIEST_YEAR, LATEST_YEAR = 2020, 2200
"""No station signs before or after, and no job is ordered for then."""
REPORTS_AN_HOUR = 30
"""More refusals than this are counted, not told one by one: a flood of forgeries must not fill the outbox."""


class Gate:
    """Verifies with the keys believed now, and compares revisions with what is stored."""

    def __init__(
        self, store: Store, outbox: Outbox, time: Timekeeper, *, trust: TrustSet, device: str, station: str
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._time = time
        self._device = device
        self._station = station
        self._keyring = Keyring.of(trust)
        self._reported: list[float] = []

    def trust(self, trust: TrustSet) -> None:
        """From now on these keys are believed, and no others."""
        self._keyring = Keyring.of(trust)

    def believes(self, kid: str) -> bool:
        """Whether a key is known and not revoked."""
        return self._keyring.find(kid) is not None and not self._keyring.is_revoked(kid)

    def open(self, kind: Kind, token: str, *, now: datetime | None) -> Claims:
        """The claims of a message for this device that may be believed; raises RefusedError."""
        audience = self._station if kind in {Kind.ALERT, Kind.STATE} else self._device
        claims = unseal(token, kind=kind, keyring=self._keyring, audience=audience, now=now)
        if not EARLIEST_YEAR <= claims.iat.year <= LATEST_YEAR:
            raise RefusedError(Refusal.MALFORMED, "iat")
        self._time.raise_floor(claims.iat)
        return claims

    def newer(self, kind: Kind, token: str) -> Claims | None:
        """The claims of a message that is newer than the stored one of its kind; None if it is the stored one itself.

        Raises RefusedError, also for a lower or equal revision. Nothing is stored: see `keep`.
        """
        known = self._store.message(kind)
        if known is not None and known.token == token:
            return None
        claims = self.open(kind, token, now=self._time.at_least)
        if known is not None and claims.rev <= known.rev:
            raise RefusedError(Refusal.STALE, f"{claims.rev} after {known.rev}")
        return claims

    def keep(self, kind: Kind, token: str, rev: int) -> None:
        """Remember a message that was acted upon, in the caller's transaction."""
        self._store.set_message(kind, Message(rev, token))

    def refuse(self, topic: str, refusal: str, detail: str = "", sha256: str | None = None) -> None:
        """Report that something was not believed; a flood is cut off."""
        log.warning("refused", topic=topic, refusal=refusal, detail=detail, sha256=sha256)
        mono_s = self._time.mono_s()
        self._reported = [at for at in self._reported if mono_s - at < 3600]
        if len(self._reported) >= REPORTS_AN_HOUR:
            return
        self._reported.append(mono_s)
        report = RefusalReport(topic=topic, refusal=refusal, detail=detail[:200], sha256=sha256)
        with self._store.transaction():
            self._outbox.add("refused", report, hurry=True)


def body_of(claims: Claims, model: type[Body]) -> Body:
    """The message itself; raises RefusedError if it is not of that form."""
    try:
        return model.model_validate(claims.body)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise RefusedError(
            Refusal.MALFORMED, f"{model.__name__}: {error.error_count()} errors, first at {place}"
        ) from error


def kid_of(token: str) -> str:
    """The key id in the header of a token that has been verified."""
    return str(jws.extract_compact(token.encode()).headers()["kid"])
