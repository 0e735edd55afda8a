"""Ed25519 keys: who holds which, what each may sign, and which are believed.

A key id is the RFC 7638 thumbprint of the public key, so two keys never share one and nobody can claim another's.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict

from protocol.errors import ProtocolError


class Role(StrEnum):
    """What a key is for. Roles never mix: a stolen device key cannot order, a station key cannot raise an emergency."""

    STATION = "station"
    EMERGENCY = "emergency"
    DEVICE = "device"


class BadKeyError(ProtocolError):
    """A key file or a public key is not usable."""


class PublicKey(BaseModel):
    """A public key with its role, as sent at enrolment and kept in trust sets."""

    model_config = ConfigDict(frozen=True)

    role: Role
    owner: str
    """"station:{station}" or "device:{station}/{device}": the only issuer this key may sign as."""
    x: str
    """The 32 bytes of the public key, base64url without padding (RFC 8037)."""

    def jwk(self) -> OKPKey:
        """The key as the JOSE library wants it."""
        try:
            return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": self.x})
        except (JoseError, ValueError, TypeError) as error:
            raise BadKeyError(f"not an Ed25519 public key: {error}") from error

    @property
    def kid(self) -> str:
        """Key id: the RFC 7638 thumbprint."""
        return self.jwk().thumbprint()


@dataclass(frozen=True)
class SigningKey:
    """A private key with what it may sign as."""

    role: Role
    owner: str
    jwk: OKPKey

    @classmethod
    def generate(cls, role: Role, owner: str) -> Self:
        """A new key from the operating system's randomness."""
        return cls(role=role, owner=owner, jwk=OKPKey.generate_key("Ed25519"))

    @property
    def kid(self) -> str:
        """Key id: the RFC 7638 thumbprint."""
        return self.jwk.thumbprint()

    @property
    def public(self) -> PublicKey:
        """What others need to believe this key."""
        return PublicKey(role=self.role, owner=self.owner, x=str(self.jwk.as_dict(private=False)["x"]))

    def save(self, path: Path) -> None:
        """Write the key for its owner's eyes only (0600), durably and whole or not at all."""
        text = json.dumps({"role": self.role, "owner": self.owner, "jwk": self.jwk.as_dict(private=True)})
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # the new name is on disk only then
        finally:
            os.close(folder)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key that `save` wrote."""
        try:
            data = json.loads(path.read_text())
            return cls(role=Role(data["role"]), owner=str(data["owner"]), jwk=OKPKey.import_key(data["jwk"]))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise BadKeyError(f"not a key file: {path}: {error}") from error


class TrustSet(BaseModel):
    """The public keys that are believed, and those that no longer are. Sent to devices at enrolment and in `config`."""

    model_config = ConfigDict(frozen=True)

    keys: tuple[PublicKey, ...]
    revoked: tuple[str, ...] = ()
    """Key ids; a revoked key stays refused even if it is listed in `keys`."""


class Keyring:
    """Looks keys up by id. Immutable; a new trust set makes a new keyring."""

    def __init__(self, keys: Iterable[PublicKey], revoked: Iterable[str] = ()) -> None:
        self._keys = {key.kid: (key, key.jwk()) for key in keys}
        self._revoked = frozenset(revoked)

    @classmethod
    def of(cls, trust: TrustSet) -> Self:
        """The keyring of a trust set."""
        return cls(trust.keys, trust.revoked)

    def find(self, kid: str) -> tuple[PublicKey, OKPKey] | None:
        """The key of that id, revoked or not, or None."""
        return self._keys.get(kid)

    def is_revoked(self, kid: str) -> bool:
        """Whether the key is no longer believed."""
        return kid in self._revoked


def station_owner(station: str) -> str:
    """Issuer name of a station, and the audience "everybody in this station"."""
    return f"station:{station}"


def device_owner(station: str, device_id: str) -> str:
    """Issuer and audience name of one device."""
    return f"device:{station}/{device_id}"
