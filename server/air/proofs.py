"""A device proves itself on an HTTP request by a signed token of its own."""

import json

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import ValidationError
from sqlmodel import Session, select

from protocol.envelope import Kind, unseal
from protocol.errors import RefusedError
from protocol.keys import device_owner, station_owner
from protocol.messages import HttpProof
from server.air.inbox import keyring_of
from server.errors import NotSignedInError
from server.tables import Speaker
from server.tables.columns import now

_REFUSED = "Thiết bị chưa được ghép với đài, hoặc chữ ký không đúng. Hãy ghép lại bằng mã mới."


def proven_device(session: Session, station: str, authorization: str, *, method: str, path: str, timely: bool) -> str:
    """The id of the speaker whose box signed this very request. Raises NotSignedInError.

    `timely`: whether the token's expiry counts. It does not where the device comes to learn the time, or brings what is signed
    and numbered itself: a box without a clock could otherwise never be helped.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedInError(_REFUSED)
    device_id = _named_device(token, station)
    public_key = session.exec(select(Speaker.public_key).where(Speaker.id == device_id)).first()
    try:
        claims = unseal(
            token,
            kind=Kind.HTTP,
            keyring=keyring_of(public_key),
            audience=station_owner(station),
            now=now() if timely else None,
        )
        proof = HttpProof.model_validate(claims.body)
    except (RefusedError, ValidationError) as error:
        raise NotSignedInError(_REFUSED) from error
    if (proof.method, proof.path) != (method, path):
        raise NotSignedInError(_REFUSED)
    return device_id


def _named_device(token: str, station: str) -> str:
    """Whom the token says it is from: only tells us which key to ask for."""
    try:
        issuer = json.loads(jws.extract_compact(token.encode()).payload)["iss"]
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotSignedInError(_REFUSED) from error
    prefix = device_owner(station, "")
    if not isinstance(issuer, str) or not issuer.startswith(prefix):
        raise NotSignedInError(_REFUSED)
    return issuer.removeprefix(prefix)
