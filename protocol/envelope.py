"""The one signed envelope: a compact JWS (RFC 7515) with Ed25519 (RFC 8037, algorithm name of RFC 9864).

The bytes sent are the bytes signed, so nothing needs to be canonicalised. The claims say who, to whom, what, when and in which
order; the receiver checks all of them before it looks at the body. Pure: revisions are compared by whoever stores them.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from protocol.errors import Refusal, RefusedError, TooLargeError
from protocol.ids import Counter
from protocol.keys import Keyring, PublicKey, Role, SigningKey

VERSION = 1
ALGORITHM = "Ed25519"
MAX_BYTES = 256 * 1024
THUMBPRINT = re.compile("[A-Za-z0-9_-]{43}")
"""Every key id is one (RFC 7638, SHA-256). What is not signed yet may hold anything, and goes into logs and reports."""
CLOCK_TOLERANCE = timedelta(seconds=30)
"""How far the receiver's trusted clock may be ahead of the sender's before an expiry is believed."""


class Kind(StrEnum):
    """Every kind of signed message; most are named like the topic's last part."""

    STATE = "state"
    DESIRED = "desired"
    CONFIG = "config"
    CMD = "cmd"
    ACK = "ack"
    POLL = "poll"  # station's answer to an HTTPS poll
    ALERT = "alert"
    PRESENCE = "presence"
    REPORTED = "reported"
    EVT = "evt"
    HB = "hb"
    RES = "res"
    HTTP = "http"  # a device's proof of itself on an HTTP request


_STATION_KINDS = (Kind.STATE, Kind.DESIRED, Kind.CONFIG, Kind.CMD, Kind.ACK, Kind.POLL)
_DEVICE_KINDS = (Kind.PRESENCE, Kind.REPORTED, Kind.EVT, Kind.HB, Kind.RES, Kind.HTTP)
SIGNED_BY: dict[Kind, Role] = {
    **dict.fromkeys(_STATION_KINDS, Role.STATION),
    Kind.ALERT: Role.EMERGENCY,
    **dict.fromkeys(_DEVICE_KINDS, Role.DEVICE),
}
"""The only role whose keys may sign a kind."""


class Claims(BaseModel):
    """What is signed beside the body. `rev` rises per (issuer, audience, kind): lower or equal is a replay."""

    model_config = ConfigDict(frozen=True)

    v: int
    kind: Kind
    iss: str
    aud: str
    iat: AwareDatetime
    exp: AwareDatetime | None = None
    rev: Counter
    body: dict[str, Any]


def limit(kind: Kind) -> int:
    """How many bytes a message of a kind may have. A poll's answer carries whole messages, and never travels in an MQTT packet."""
    return 3 * MAX_BYTES if kind is Kind.POLL else MAX_BYTES


def seal(
    kind: Kind,
    body: BaseModel,
    *,
    key: SigningKey,
    audience: str,
    rev: int,
    now: datetime,
    expires: datetime | None = None,
) -> str:
    """Sign `body` as a message of `kind` to `audience`; the result is ASCII text.

    Raises ValueError if the key's role may not sign this kind, TooLargeError above what it may be long.
    """
    if SIGNED_BY[kind] is not key.role:
        raise ValueError(f"a {key.role} key may not sign {kind}")
    claims = Claims(
        v=VERSION,
        kind=kind,
        iss=key.owner,
        aud=audience,
        iat=now,
        exp=expires,
        rev=rev,
        body=body.model_dump(mode="json", exclude_defaults=True),
    )
    header = {"alg": ALGORITHM, "kid": key.kid}
    payload = claims.model_dump_json(exclude_none=True).encode()
    token = jws.serialize_compact(header, payload, key.jwk, algorithms=[ALGORITHM])
    if len(token) > limit(kind):
        raise TooLargeError(f"{kind}: {len(token)} bytes")
    return token


def unseal(
    token: str | bytes, *, kind: Kind, keyring: Keyring, audience: str | tuple[str, ...], now: datetime | None
) -> Claims:
    """The claims of a message that may be believed; raises RefusedError otherwise.

    `audience`: the name or names the receiver answers to. `now`: None if the receiver has no clock it trusts; the expiry is
    then not judged here and the caller must rely on `rev`.
    """
    raw = token.encode("ascii", "replace") if isinstance(token, str) else token
    if len(raw) > limit(kind):
        raise RefusedError(Refusal.MALFORMED, "too large")
    claims = _verified(raw, kind, keyring)
    audiences = (audience,) if isinstance(audience, str) else audience
    if claims.aud not in audiences:
        raise RefusedError(Refusal.WRONG_AUDIENCE, claims.aud)
    if now is not None and claims.exp is not None and now - CLOCK_TOLERANCE > claims.exp:
        raise RefusedError(Refusal.EXPIRED, claims.exp.isoformat())
    return claims


def _verified(raw: bytes, kind: Kind, keyring: Keyring) -> Claims:
    """The key is known and its signature good; then the sender is checked."""
    try:
        unverified = jws.extract_compact(raw).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise RefusedError(Refusal.MALFORMED, type(error).__name__) from error
    kid = unverified.get("kid")
    if unverified.get("alg") != ALGORITHM or not isinstance(kid, str) or not THUMBPRINT.fullmatch(kid):
        raise RefusedError(Refusal.MALFORMED, "header")
    found = keyring.find(kid)
    if found is None:
        raise RefusedError(Refusal.UNKNOWN_KEY, kid)
    if keyring.is_revoked(kid):
        raise RefusedError(Refusal.REVOKED_KEY, kid)
    public, jwk = found
    try:
        payload = jws.deserialize_compact(raw, jwk, algorithms=[ALGORITHM]).payload
    except (JoseError, ValueError, TypeError) as error:
        raise RefusedError(Refusal.BAD_SIGNATURE, kid) from error
    try:
        claims = Claims.model_validate_json(payload)
    except ValidationError as error:
        raise RefusedError(Refusal.MALFORMED, f"{error.error_count()} errors in claims") from error
    _check_sender(claims, kind, public)
    return claims


def _check_sender(claims: Claims, kind: Kind, public: PublicKey) -> None:
    """The signature is good: is it a message of this kind, from one who may send it under this name?"""
    if claims.v != VERSION:
        raise RefusedError(Refusal.WRONG_VERSION, str(claims.v))
    if claims.kind is not kind:
        raise RefusedError(Refusal.WRONG_KIND, claims.kind)
    if SIGNED_BY[kind] is not public.role:
        raise RefusedError(Refusal.WRONG_ROLE, public.role)
    if claims.iss != public.owner:
        raise RefusedError(Refusal.WRONG_ISSUER, claims.iss)
