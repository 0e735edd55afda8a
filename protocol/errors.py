"""What can be wrong with a message. Reasons are codes for logs and reports; the screens translate them."""

from enum import StrEnum


class ProtocolError(Exception):
    """Root of this room's errors."""


class Refusal(StrEnum):
    """Why an envelope is not believed. Reported to the other side where there is one."""

    MALFORMED = "malformed"  # not a compact JWS, not our claims, too large
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_VERSION = "wrong_version"
    WRONG_KIND = "wrong_kind"  # a valid message of another kind, put on this topic
    WRONG_ROLE = "wrong_role"  # the key may not sign this kind
    WRONG_ISSUER = "wrong_issuer"  # the key belongs to somebody else
    WRONG_AUDIENCE = "wrong_audience"
    EXPIRED = "expired"
    STALE = "stale"  # a lower or equal revision: a replay, or overtaken


class RefusedError(ProtocolError):
    """An envelope is not believed. Permanent: the same bytes will be refused again."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}" if detail else str(refusal))
        self.refusal = refusal
        self.detail = detail


class TooLargeError(ProtocolError):
    """A message would exceed what a packet may carry."""
