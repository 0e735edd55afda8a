"""Whether what the memory holds can be what was written. SQLite finds a torn page; a bit that turned inside a row it does not."""

import base64
import json
import sqlite3

from pydantic import BaseModel, Json, ValidationError

from edge_agent.ledger import Record
from edge_agent.store import Store
from protocol.ids import Counter
from protocol.keys import TrustSet
from protocol.messages import Event


class _Facts(BaseModel):
    """Those that are read without a doubt elsewhere."""

    rev: Counter = 0
    seq: Counter = 0
    acked: Counter = 0
    alert_floor: Counter = 0
    reborn_s: float = 0.0
    trust: Json[TrustSet] | None = None
    errands: Json[dict[str, dict[str, str]]] | None = None


def examine(store: Store) -> None:
    """Read everything once; raises sqlite3.DatabaseError where something cannot be right."""
    try:
        for key, text in store.job_rows():
            record = Record.model_validate_json(text)
            _same("job", "/".join(map(str, record.key)), key)
        for seq, text in store.event_rows():
            _same("event", Event.model_validate_json(text).seq, seq)
        for place, message in store.messages():
            _same(place, _revision(message.token, message.rev), message.rev)
        _Facts.model_validate({name: value for name in _Facts.model_fields if (value := store.fact(name))})
    except (ValidationError, ValueError) as error:
        raise sqlite3.DatabaseError(f"a row is not what was written: {str(error)[:200]}") from error


def _same(what: str, found: object, row: object) -> None:
    if found != row:
        raise ValueError(f"{what}: {found!r} in {row!r}")


def _revision(token: str, unknown: int) -> int:
    """What a signed message says itself; `unknown` where it is no message any more: such a one is asked for anew."""
    try:
        _, body, _ = token.split(".")
        return int(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["rev"])
    except (ValueError, KeyError, TypeError):
        return unknown
