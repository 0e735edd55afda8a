"""What this device says, sealed. Revisions rise for good: the highest one used is on disk before it is used."""

from datetime import timedelta

from pydantic import BaseModel

from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol.envelope import Kind, seal
from protocol.ids import next_revision
from protocol.keys import SigningKey

_FACT = "rev"


class Voucher:
    """Signs as the device."""

    def __init__(self, key: SigningKey, *, station: str, store: Store, time: Timekeeper) -> None:
        self._key = key
        self._station = station
        self._store = store
        self._time = time

    def revision(self) -> int:
        """A number above every one given before, also in earlier lives and after the clock has stepped back."""
        rev = next_revision(self._time.now(), int(self._store.fact(_FACT) or 0))
        self._store.set_fact(_FACT, str(rev))
        return rev

    def seal(self, kind: Kind, body: BaseModel, *, rev: int | None = None, lifetime: timedelta | None = None) -> str:
        """A sealed message to the station."""
        now = self._time.now()
        rev = self.revision() if rev is None else rev
        return seal(
            kind,
            body,
            key=self._key,
            audience=self._station,
            rev=rev,
            now=now,
            expires=now + lifetime if lifetime else None,
        )
