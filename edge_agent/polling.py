"""The third way in: asking the station over HTTPS, often while the broker is silent. It also brings the station's signed time."""

import base64
from collections.abc import Callable
from random import Random

from edge_agent.gate import Gate, body_of
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
        self._answered_mono_s: float | None = None
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
        desired, config = self._store.message(Kind.DESIRED), self._store.message(Kind.CONFIG)
        request = PollRequest(
            nonce=self._nonce,
            desired_rev=0 if desired is None else desired.rev,
            config_rev=0 if config is None else config.rev,
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
        if body.nonce != self._nonce:
            raise RefusedError(Refusal.STALE, "nonce")
        self._nonce = ""
        self._failures = 0
        self._answered_mono_s = received_mono_s
        self._time.station_said(body.at, sent_mono_s, received_mono_s)
        return body

    def _due(self, mono_s: float) -> float:
        if self._asked_mono_s is None:
            return mono_s
        if self._waiting:
            return self._asked_mono_s + ANSWER_S
        if self._failures:
            return self._asked_mono_s + min(self._options.retry_s * 2.0**self._failures, self._options.poll_s)
        hurried = self._silent() or self._time.wants_fix
        return self._asked_mono_s + (self._options.poll_s if hurried else self._options.poll_idle_s)
