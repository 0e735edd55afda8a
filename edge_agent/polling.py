"""The third way in: asking the station over HTTPS, often while the broker is silent. It also brings the station's signed time."""

import base64
from collections.abc import Callable
from random import Random

from edge_agent.gate import EARLIEST_YEAR, LATEST_YEAR, Gate, body_of
from edge_agent.options import Options
from edge_agent.ports import Web
from edge_agent.store import Store
from edge_agent.timekeeping import Timekeeper
from protocol.enrolment import PollRequest
from protocol.envelope import Kind
from protocol.errors import Refusal, RefusedError
from protocol.messages import PollAnswer

ANSWER_S = 60.0
"""An answer that takes longer is not waited for."""
ON_ITS_WAY_S = 10.0
"""So long may a manifest need over the broker, when the acknowledgement that names it was faster."""


class Polling:
    """Asks when it is time. `silent` says whether the broker seems dead."""

    def __init__(
        self,
        *,
        web: Web,
        gate: Gate,
        store: Store,
        time: Timekeeper,
        random: Random,
        options: Options,
        silent: Callable[[], bool],
    ) -> None:
        self._web = web
        self._gate = gate
        self._store = store
        self._time = time
        self._random = random
        self._options = options
        self._silent = silent
        self._asked_mono_s: float | None = None
        self._acknowledged_mono_s = 0.0
        self._lacked_rev = 0
        self._lacked_mono_s = 0.0
        self._failures = 0
        self._nonce = ""
        self._waiting = False

    def step(self) -> float:
        """Ask if it is time; when to be called again."""
        mono_s = self._time.mono_s()
        due_mono_s = self._due(mono_s)
        if mono_s < due_mono_s:
            return due_mono_s
        self._nonce = base64.urlsafe_b64encode(self._random.randbytes(18)).decode()
        self._asked_mono_s = mono_s
        self._waiting = True
        request = PollRequest(
            nonce=self._nonce,
            desired_rev=self._store.revision(Kind.DESIRED),
            config_rev=self._store.revision(Kind.CONFIG),
        )
        self._web.poll(request)
        return self._due(mono_s)

    def answered(self, token: str | None, sent_mono_s: float, received_mono_s: float) -> PollAnswer | None:
        """The station's answer (None: there was none), believed; raises RefusedError if it is not."""
        self._waiting = False
        if token is None:
            self._failures = min(self._failures + 1, 10)
            return None
        claims = self._gate.open(Kind.POLL, token, now=None)  # the nonce proves that it is fresh
        body = body_of(claims, PollAnswer)
        if not EARLIEST_YEAR <= body.at.year <= LATEST_YEAR:
            raise RefusedError(Refusal.MALFORMED, "at")
        if body.nonce != self._nonce:
            raise RefusedError(Refusal.STALE, "nonce")
        self._nonce = ""
        self._failures = 0
        self._lacked_rev = 0
        self._time.station_said(body.at, sent_mono_s, received_mono_s)
        return body

    def acknowledged(self, desired_rev: int | None) -> None:
        """The station has acknowledged reports and says which manifest it holds for us (None: an older station does not).

        Then both ways over the broker work, and a manifest that was lost on the way is found without asking every hour.
        """
        if desired_rev is None:
            return
        if desired_rev > max(self._store.revision(Kind.DESIRED), self._lacked_rev):
            self._lacked_rev, self._lacked_mono_s = desired_rev, self._time.mono_s()
        self._acknowledged_mono_s = self._time.mono_s()

    def _due(self, mono_s: float) -> float:
        if self._asked_mono_s is None:
            return mono_s
        if self._waiting:
            return self._asked_mono_s + ANSWER_S
        if self._failures:
            return self._asked_mono_s + min(self._options.retry_s * 2.0**self._failures, self._options.poll_s)
        if self._silent() or self._time.wants_fix:
            return self._asked_mono_s + self._options.poll_s
        if self._lacked_rev > self._store.revision(Kind.DESIRED):
            return max(self._lacked_mono_s + ON_ITS_WAY_S, self._asked_mono_s + self._options.retry_s)
        return max(self._asked_mono_s, self._acknowledged_mono_s) + self._options.poll_idle_s
