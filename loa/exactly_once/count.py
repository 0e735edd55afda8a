"""The verdict: what was planned against what the devices wrote down. Two files, no other knowledge."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Verdict:
    """What became of (device, title) pairs that were to be heard once each."""

    planned: int
    lost: int
    duplicates_heard: int
    unplanned: int
    p99_late_ms: float
    max_late_ms: float


def judge(planned: Iterable[tuple[str, str]], journal: Path) -> Verdict:
    """Compare; a title is what tells one broadcast from another, whatever the station called it."""
    wanted = set(planned)
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    heard = Counter((line["device"], line["title"]) for line in lines)
    late = sorted((line["at"] - line["due"]) * 1000 for line in lines) or [0.0]
    return Verdict(
        planned=len(wanted),
        lost=len(wanted - heard.keys()),
        duplicates_heard=sum(count - 1 for count in heard.values()),
        unplanned=len(heard.keys() - wanted),
        p99_late_ms=round(late[min(len(late) - 1, int(len(late) * 0.99))], 1),
        max_late_ms=round(late[-1], 1),
    )
