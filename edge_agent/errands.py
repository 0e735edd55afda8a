"""Commands from the moment they are believed until the broker has their answer, both on disk: one that is cut off in the middle is
not done again, and is answered all the same.
"""

import json
from typing import Any

import structlog

from edge_agent.line import Line
from edge_agent.ports import Link
from edge_agent.signing import Voucher
from edge_agent.store import Store
from protocol.envelope import Kind
from protocol.messages import Command, CommandResult, Operation, Problem

log = structlog.get_logger(__name__)

_ERRANDS = "errands"
_ANSWERS = "answers"
KEEP_ANSWERS = 20
"""Answers that wait for a line: a box that nobody reaches is asked little."""
_DONE_BY_A_START = frozenset({Operation.RESTART, Operation.STOP_ALL})
"""A start of the agent leaves nothing of these undone: stop-all is written down with the order itself."""


class Errands:
    """Remembers what was asked and not answered, and what was answered and not handed over. `version`: of this program."""

    def __init__(self, *, store: Store, link: Link, line: Line, voucher: Voucher, topic: str, version: str) -> None:
        self._store = store
        self._link = link
        self._line = line
        self._voucher = voucher
        self._topic = topic
        self._version = version

    def take_up(self, command: Command) -> None:
        """A command is about to be carried out; in the caller's transaction, with its revision: never twice."""
        asked = self._asked()
        asked[command.command_id] = {"op": command.op, "version": str(command.args.get("version", ""))[:40]}
        self._store.set_fact(_ERRANDS, json.dumps(asked))

    def answer(self, result: CommandResult) -> None:
        """The answer to a command, now or when the line is back."""
        with self._store.transaction():
            asked = self._asked()
            if asked.pop(result.command_id, None) is not None:
                self._store.set_fact(_ERRANDS, json.dumps(asked))
            token = self._voucher.seal(Kind.RES, result)
            self._keep([*self._answers(), token])
        if self._line.up:
            self._link.publish(self._topic, token.encode(), receipt=True)

    def cut_off(self) -> None:
        """After a start: what the life before took up and did not answer is answered now, as it truly stands."""
        for command_id, asked in self._asked().items():
            done = asked["op"] in _DONE_BY_A_START
            data: dict[str, Any] = {}
            if asked["op"] == Operation.UPDATE and asked["version"] == self._version:
                done, data = True, {"version": self._version}
            log.warning("command was cut off", command_id=command_id, op=asked["op"], done=done)
            detail = "" if done else Problem.INTERRUPTED
            self.answer(CommandResult(command_id=command_id, ok=done, detail=detail, data=data))

    def line_opened(self) -> None:
        """Send the answers that have waited."""
        for token in self._answers():
            self._link.publish(self._topic, token.encode(), receipt=True)

    def handed_over(self, payload: bytes) -> None:
        """The broker has it."""
        waiting = self._answers()
        if (token := payload.decode()) in waiting:
            waiting.remove(token)
            self._keep(waiting)

    def _asked(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self._store.fact(_ERRANDS) or "{}")
        return found

    def _answers(self) -> list[str]:
        return (self._store.fact(_ANSWERS) or "").split()

    def _keep(self, tokens: list[str]) -> None:
        self._store.set_fact(_ANSWERS, " ".join(tokens[-KEEP_ANSWERS:]))
