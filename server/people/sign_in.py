"""Signing in and out: a random token for the browser or program, only its sha256 in the database."""

import hashlib
import secrets
import threading
import time
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from server import audit
from server.errors import NotSignedInError, StationError
from server.people import passwords
from server.tables import Person, SignIn
from server.tables.columns import now

LASTS = timedelta(days=14)
_FAILURES_ALLOWED = 8
_FAILURE_WINDOW_S = 300.0


class TooManyAttemptsError(StationError):
    """Somebody is guessing passwords."""

    status = 429
    code = "too_many_attempts"


class Attempts:
    """Failed sign-ins of the last minutes by key (user name, address): slows down who guesses. In memory, per process."""

    def __init__(self) -> None:
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def check(self, *keys: str) -> None:
        """Raises TooManyAttemptsError when one of the keys has failed too often lately."""
        horizon = time.monotonic() - _FAILURE_WINDOW_S
        with self._lock:
            self._failures = {
                k: recent for k, v in self._failures.items() if (recent := [at for at in v if at > horizon])
            }
            if any(len(self._failures.get(key, ())) >= _FAILURES_ALLOWED for key in keys):
                raise TooManyAttemptsError("Nhập sai mật khẩu quá nhiều lần. Hãy đợi 5 phút rồi thử lại.")

    def failed(self, *keys: str) -> None:
        """Note a failure."""
        with self._lock:
            for key in keys:
                self._failures.setdefault(key, []).append(time.monotonic())


def begin(session: Session, username: str, password: str) -> tuple[str, Person]:
    """A new session: its token (shown once) and the person. Raises NotSignedInError when name or password is wrong."""
    person = session.exec(select(Person).where(Person.username == username.strip().lower())).first()
    if not passwords.matches(password, person.password_hash if person and person.active else None) or person is None:
        raise NotSignedInError("Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại.")
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_sha256=_digest(token), person_id=person.id, expires_at=now() + LASTS))
    session.exec(delete(SignIn).where(col(SignIn.expires_at) < now()))
    audit.record(session, person.id, "sign_in")
    return token, person


def whose(session: Session, token: str) -> Person | None:
    """The person behind a token, or None when it is unknown, expired, or the person is no longer active."""
    row = session.get(SignIn, _digest(token))
    if row is None or row.expires_at < now():
        return None
    person = session.get(Person, row.person_id)
    return person if person is not None and person.active else None


def end(session: Session, token: str) -> None:
    """Forget a token."""
    row = session.get(SignIn, _digest(token))
    if row is not None:
        audit.record(session, row.person_id, "sign_out")
        session.delete(row)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
