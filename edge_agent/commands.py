"""The closed list of commands: each is signed, acted upon at most once, and answered."""

from collections.abc import Callable

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.director import Director
from edge_agent.gate import Gate, body_of
from edge_agent.horn_test import HornTest
from edge_agent.loudness import Loudness
from edge_agent.ports import Caretaker, Task
from edge_agent.store import Store
from protocol.envelope import Kind
from protocol.messages import Command, CommandResult, Operation, Problem
from protocol.states import Reason

log = structlog.get_logger(__name__)


_SOUND = frozenset({Operation.TEST_TONE, Operation.SELF_TEST})


class VolumeArgs(BaseModel):
    """`volume`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: int = Field(ge=0, le=100)


class Commands:
    """Verifies, remembers, acts, answers."""

    def __init__(
        self,
        *,
        gate: Gate,
        store: Store,
        director: Director,
        loudness: Loudness,
        horn_test: HornTest,
        caretaker: Caretaker,
        answer: Callable[[CommandResult], None],
    ) -> None:
        self._gate = gate
        self._store = store
        self._director = director
        self._loudness = loudness
        self._horn_test = horn_test
        self._caretaker = caretaker
        self._answer = answer

    def command(self, token: str) -> None:
        """A command came; raises RefusedError if it is not believed. Remembered before it is acted upon: never twice."""
        claims = self._gate.newer(Kind.CMD, token)
        if claims is None:
            return
        command = body_of(claims, Command)
        log.info("command", command_id=command.command_id, op=command.op)
        with self._store.transaction():
            self._gate.keep(Kind.CMD, token, claims.rev)
            if command.op is Operation.STOP_ALL:
                self._director.stop_all(Reason.STOP_ALL)
        try:
            self._act(command)
        except ValidationError as error:
            self._answer(
                CommandResult(
                    command_id=command.command_id, ok=False, detail=f"{Problem.BAD_ARGS}: {error.error_count()}"
                )
            )

    def _act(self, command: Command) -> None:
        done = CommandResult(command_id=command.command_id, ok=True)
        if command.op is Operation.STOP_ALL:
            self._answer(done)
        elif command.op is Operation.VOLUME:
            percent = VolumeArgs.model_validate(command.args).percent
            now = self._loudness.ask(percent)
            told = {"ok": True} if now is not None else {"ok": False, "detail": Problem.NO_MIXER}
            self._answer(done.model_copy(update={**told, "data": {"percent": now}}))
        elif command.op in _SOUND:
            objection = self._horn_test.begin(command.command_id, command.op, dict(command.args))
            if objection is not None:
                self._answer(done.model_copy(update={"ok": False, "detail": objection}))
        else:
            self._caretaker.begin(Task(command.command_id, command.op, dict(command.args)))
