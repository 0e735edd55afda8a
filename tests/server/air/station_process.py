"""A station's air side as a process of its own, for tests that kill it. `python station_process.py DATA_DIR CRASH_POINT`.

With a crash point it kills itself there, once: the hardest moments cannot be met by chance.
"""

import base64
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from server import schema
from server.air import Air, outbox, publisher
from server.air.inbox import Inbox
from server.air.publisher import Publisher
from server.database import Database
from server.settings import Settings


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def _dying_after(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        if result != []:
            _die()
        return result

    return call


def _write_and_die(self: outbox.Ledger, real: Callable[..., None] = outbox.Ledger.write) -> None:
    real(self)
    if self._rows:
        _die()


def _mark_and_die(session: Any, plans: Any, now: Any, real: Callable[..., None] = publisher._mark_published) -> None:
    real(session, plans, now)
    if any(plan.jobs for plan in plans):
        session.flush()
        _die()


def _desired_and_die(self: Publisher, real: Callable[..., Any] = Publisher.desired) -> Iterator[list[tuple[str, str]]]:
    for messages in real(self):
        if any(_has_jobs(token) for _, token in messages):
            _die()
        yield messages


_POINTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "events-before-commit": (outbox.Ledger, "write", _write_and_die),
    "events-after-commit": (Inbox, "take", _dying_after(Inbox.take)),
    "publish-before-commit": (publisher, "_mark_published", _mark_and_die),
    "publish-after-commit": (Publisher, "desired", _desired_and_die),
}


def _has_jobs(token: str) -> bool:
    payload = token.split(".")[1]
    return b'"jobs":[{' in base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def main() -> None:
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))
    data_dir, point = Path(sys.argv[1]), sys.argv[2]
    settings = Settings(data_dir=data_dir, station="thu", broker_choice="mosquitto")
    database = Database(settings.database)
    schema.upgrade(database)
    if point:
        setattr(*_POINTS[point])
    Air(settings, database).start()
    print("started", flush=True)
    threading.Event().wait()


main()
