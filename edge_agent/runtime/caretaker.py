"""Remote care on the real box: a closed list of acts, each answered."""

from collections.abc import Callable, Mapping

from edge_agent.agent import Agent
from edge_agent.ports import Task
from protocol.messages import CommandResult

Act = Callable[[Task], CommandResult]


class BoxCaretaker:
    """`acts` by operation; what is not in it is not possible on this box, and says so."""

    def __init__(self, acts: Mapping[str, Act], post: Callable[[Callable[[Agent], None]], None]) -> None:
        self._acts = acts
        self._post = post

    def begin(self, task: Task) -> None:
        """Carry it out and answer."""
        act = self._acts.get(task.op)
        if act is None:
            result = CommandResult(command_id=task.command_id, ok=False, detail="not_available_on_this_box")
        else:
            result = act(task)
        self._post(lambda agent: agent.task_done(result))
