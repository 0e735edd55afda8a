"""Passwords in the format of mosquitto's password file (mosquitto_passwd 2.0): PBKDF2 with SHA-512."""

import base64
import hashlib
import secrets

_ITERATIONS = 101
"""mosquitto's own number. Every password here is 192 random bits, which no number of guesses finds; people have none."""
_SALT_BYTES = 12


def new_password() -> str:
    """A password for a machine: 192 random bits."""
    return secrets.token_urlsafe(24)


def hash_password(password: str) -> str:
    """`$7$iterations$salt$hash`: what stands after "user:" in the password file."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
