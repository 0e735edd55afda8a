"""Keys and names that come from the seed, so that the same seed signs the same bytes."""

import base64
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import OKPKey

from protocol.keys import Role, SigningKey


def signing_key(random: Random, role: Role, owner: str) -> SigningKey:
    """A key pair drawn from `random`."""
    secret = random.randbytes(32)
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": _text(secret), "x": _text(public)})
    return SigningKey(role=role, owner=owner, jwk=jwk)


def job_id(random: Random) -> str:
    """A name for a job."""
    return str(UUID(int=random.getrandbits(128), version=4))


def utc(t: float) -> datetime:
    """True seconds as an aware instant."""
    return datetime.fromtimestamp(t, UTC)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
