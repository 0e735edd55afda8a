"""What a look at the box says: one thing, how it is, and what to do. Words are for a technician on a ladder."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is."""

    GOOD = "tốt"
    WARNING = "lưu ý"
    FAULT = "hỏng"


@dataclass(frozen=True)
class Check:
    """One thing looked at: what it is, how it is, and what to do."""

    name: str
    verdict: Verdict
    words: str


def good(name: str, words: str) -> Check:
    """It works."""
    return Check(name, Verdict.GOOD, words)


def warning(name: str, words: str) -> Check:
    """It works less well than it could, or nobody can know."""
    return Check(name, Verdict.WARNING, words)


def fault(name: str, words: str) -> Check:
    """It does not work; `words` say what to do."""
    return Check(name, Verdict.FAULT, words)
