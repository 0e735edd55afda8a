"""Remote care on the real box: a closed list of acts, each answered."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.agent import Agent
from edge_agent.errors import AgentError
from edge_agent.ports import Task
from edge_agent.runtime.logs import LogTail
from protocol.messages import CommandResult, Operation, Problem

log = structlog.get_logger(__name__)

Act = Callable[[Task], CommandResult]


class LogsArgs(BaseModel):
    """`logs`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: int = Field(default=100, ge=1, le=300)


class BoxCaretaker:
    """`acts` by operation, each in a thread of its own; what is not in it is not possible on this box, and says so.

    `ending`: what ends the process, done when it has been answered. `after`: what follows an act that has succeeded.
    """

    def __init__(
        self,
        acts: Mapping[Operation, Act],
        *,
        ending: Mapping[Operation, Callable[[], None]],
        after: Mapping[Operation, Callable[[], None]],
        post: Callable[[Any], None],
        hears: bool = False,
    ) -> None:
        self._acts = acts
        self._ending = ending
        self._after = after
        self._post = post
        self.hears = hears
        """Whether there is something to record the horn with."""

    def begin(self, task: Task) -> None:
        """Carry it out and answer."""
        op = Operation(task.op)
        if op in self._ending:
            self._end(task, self._ending[op])
        elif op in self._acts:
            threading.Thread(target=self._run, args=(task, self._acts[op]), name=f"care-{op}", daemon=True).start()
        else:
            self._answer(CommandResult(command_id=task.command_id, ok=False, detail=Problem.NOT_AVAILABLE))

    def _run(self, task: Task, act: Act) -> None:
        result = CommandResult(command_id=task.command_id, ok=False, detail=Problem.INTERNAL)
        try:
            result = act(task)
        except ValidationError as error:
            result = CommandResult(
                command_id=task.command_id, ok=False, detail=f"{Problem.BAD_ARGS}: {error.error_count()}"
            )
        except (AgentError, OSError) as error:
            log.warning("care failed", op=task.op, error=str(error))
            result = CommandResult(command_id=task.command_id, ok=False, detail=str(error)[:200])
        finally:  # whatever else went wrong: each command is answered
            self._answer(result)
        follows = self._after.get(Operation(task.op))
        if result.ok and follows is not None:
            follows()

    def _end(self, task: Task, ending: Callable[[], None]) -> None:
        """Begin to end, and answer: the process goes when this act is over, and afterwards there is nobody left to do it."""

        def act(agent: Agent) -> None:
            try:
                ending()
            except OSError as error:
                log.warning("cannot end", op=task.op, error=str(error))
                agent.task_done(CommandResult(command_id=task.command_id, ok=False, detail=str(error)[:200]))
                return
            agent.task_done(CommandResult(command_id=task.command_id, ok=True))

        self._post(act)

    def _answer(self, result: CommandResult) -> None:
        self._post(lambda agent: agent.task_done(result))


def logs_act(tail: LogTail) -> Act:
    """The newest lines of the log."""

    def act(task: Task) -> CommandResult:
        lines = tail.newest(LogsArgs.model_validate(task.args).lines)
        return CommandResult(command_id=task.command_id, ok=True, data={"lines": lines})

    return act
