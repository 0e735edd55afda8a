"""The closed list of commands: each is signed, acted upon at most once, and answered."""

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.director import Director
from edge_agent.errands import Errands
from edge_agent.gate import Gate, body_of
from edge_agent.horn_test import HornTest
from edge_agent.loudness import NEAR_PERCENT, Loudness
from edge_agent.ports import Caretaker, Task
from edge_agent.store import Store
from protocol.envelope import Claims, Kind
from protocol.messages import Command, CommandResult, Operation, Problem
from protocol.states import Reason

log = structlog.get_logger(__name__)


_SOUND = frozenset({Operation.TEST_TONE, Operation.SELF_TEST})


class VolumeArgs(BaseModel):
    """`volume`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: int = Field(ge=0, le=100)


class _AnyCommand(BaseModel):
    """What every command has, of whatever version its sender is."""

    command_id: str = Field(max_length=64)
    op: str


class Commands:
    """Verifies, remembers, acts, answers."""

    def __init__(
        self,
        *,
        gate: Gate,
        store: Store,
        errands: Errands,
        director: Director,
        loudness: Loudness,
        horn_test: HornTest,
        caretaker: Caretaker,
    ) -> None:
        self._gate = gate
        self._store = store
        self._errands = errands
        self._director = director
        self._loudness = loudness
        self._horn_test = horn_test
        self._caretaker = caretaker
        self._volumes: dict[str, int] = {}
        """Commands that wait for the mixer's own word, and what it was told."""

    def command(self, token: str) -> None:
        """A command came; raises RefusedError if it is not believed. Remembered before it is acted upon: never twice."""
        claims = self._gate.newer(Kind.CMD, token)
        if claims is None:
            return
        if self._unknown(claims, token):
            return
        command = body_of(claims, Command)
        log.info("command", command_id=command.command_id, op=command.op)
        with self._store.transaction():
            self._gate.keep(Kind.CMD, token, claims.rev)
            self._errands.take_up(command)
            if command.op is Operation.STOP_ALL:
                self._director.stop_all(Reason.STOP_ALL)
        try:
            self._act(command)
        except ValidationError as error:
            self._fail(command.command_id, f"{Problem.BAD_ARGS}: {error.error_count()}")

    def mixer_said(self, told: int, percent: int | None) -> None:
        """The mixer was told so much and stands there now; None: it does not answer."""
        if not self._loudness.settled(told):
            return  # it has been told something else since, and will say so
        waiting, self._volumes = self._volumes, {}
        for command_id, wanted in waiting.items():
            if percent is None:
                self._fail(command_id, Problem.NO_MIXER)
                continue
            obeyed = abs(percent - wanted) <= NEAR_PERCENT
            detail = "" if obeyed else Problem.MIXER
            self._errands.answer(
                CommandResult(command_id=command_id, ok=obeyed, detail=detail, data={"percent": percent})
            )

    def _unknown(self, claims: Claims, token: str) -> bool:
        """Whether it asks for what a newer station knows and this box does not: then it is told so."""
        command = body_of(claims, _AnyCommand)
        if command.op in set(Operation):
            return False
        with self._store.transaction():
            self._gate.keep(Kind.CMD, token, claims.rev)
            self._fail(command.command_id, Problem.NOT_AVAILABLE)
        return True

    def _act(self, command: Command) -> None:
        if command.op is Operation.STOP_ALL:
            self._errands.answer(CommandResult(command_id=command.command_id, ok=True))
        elif command.op is Operation.VOLUME:
            percent = VolumeArgs.model_validate(command.args).percent
            alarmed = any(record.emergency for record in self._director.sounding())
            told = self._loudness.ask(percent, alarmed=alarmed)
            if told is None:
                self._fail(command.command_id, Problem.NO_MIXER)
            else:
                self._volumes[command.command_id] = told
        elif command.op in _SOUND:
            objection = self._horn_test.begin(command.command_id, command.op, dict(command.args))
            if objection is not None:
                self._fail(command.command_id, objection)
        else:
            self._caretaker.begin(Task(command.command_id, command.op, dict(command.args)))

    def _fail(self, command_id: str, detail: str) -> None:
        self._errands.answer(CommandResult(command_id=command_id, ok=False, detail=detail))
