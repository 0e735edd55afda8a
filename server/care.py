"""What a box answered to a command, as far as the contract knows it."""

from dataclasses import dataclass

from protocol.errors import Refusal
from protocol.messages import Finding, Operation, Problem
from server.care_words import (
    DONE,
    FILE_NAMES,
    FINDING_ADVICE,
    FINDING_NAMES,
    PROBLEM_ADVICE,
    PROBLEM_NAMES,
    REFUSAL_NAMES,
)


@dataclass(frozen=True)
class Answer:
    """An answer in words: what it was, what to do about it, and the box's own words. Each is "" where there is none."""

    said: str = ""
    advice: str = ""
    own_words: str = ""


def answer(op: Operation, *, ok: bool, detail: str) -> Answer:
    """What a box says of a command; a code that this version does not know stays the box's own words."""
    code, _, more = detail.partition(":")
    if op is Operation.SELF_TEST and code in set(Finding):
        return Answer(FINDING_NAMES[Finding(code)], FINDING_ADVICE.get(Finding(code), ""))
    if ok:
        return Answer(DONE.get(op, ""), own_words=detail)
    if code in set(Problem):
        return Answer(PROBLEM_NAMES[Problem(code)], PROBLEM_ADVICE[Problem(code)], more.strip())
    return Answer(own_words=detail)


def refusal(code: str) -> str:
    """Why a box did not believe something, in words; a code that this version does not know stays as it is."""
    return REFUSAL_NAMES[Refusal(code)] if code in set(Refusal) else FILE_NAMES.get(code, code)
