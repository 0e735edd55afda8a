"""Passwords are kept as argon2id hashes."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import InvalidInputError

SHORTEST = 8
LONGEST = 200
_hasher = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1
)  # OWASP's argon2id floor: fits a small server
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep. Raises InvalidInputError when the password is too short or too long."""
    if len(password) < SHORTEST:
        raise InvalidInputError(f"Mật khẩu phải có ít nhất {SHORTEST} ký tự.")
    if len(password) > LONGEST:
        raise InvalidInputError(f"Mật khẩu không được dài quá {LONGEST} ký tự.")
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is right. Takes as long for a person who does not exist (None)."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password[: LONGEST + 1]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
