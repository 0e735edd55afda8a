"""What people can be told of, and what each role is told unless its area decides otherwise."""

from dataclasses import dataclass
from enum import StrEnum

from server.tables import RoleName


class Kind(StrEnum):
    """Kinds of events."""

    NOT_SOUNDED = "not_sounded"  # a broadcast ended on a speaker without having been heard to its end
    NOT_REPORTED = "not_reported"  # its time is long over and the speaker has said nothing
    SPEAKER_LOST = "speaker_lost"  # not heard from
    EMERGENCY = "emergency"  # one was ordered
    DISK = "disk"  # so little room is left that what may wait is refused


URGENT = frozenset({Kind.EMERGENCY})
"""Told in quiet hours too."""


@dataclass(frozen=True)
class Manner:
    """How a role is told of a kind. `after_minutes` is also how it escalates: who is told later is told only if it still lasts."""

    enabled: bool = True
    after_minutes: int = 0
    again_minutes: int = 0
    most_a_day: int = 20
    quiet_from: str = "21:30"
    quiet_to: str = "06:00"


NEVER = Manner(enabled=False)
DEFAULTS: dict[RoleName, dict[Kind, Manner]] = {
    RoleName.OFFICER: {
        Kind.NOT_SOUNDED: Manner(),
        Kind.NOT_REPORTED: Manner(after_minutes=30),
        Kind.SPEAKER_LOST: Manner(after_minutes=15, again_minutes=24 * 60),
        Kind.EMERGENCY: Manner(),
        Kind.DISK: Manner(),
    },
    RoleName.LEADER: {
        Kind.NOT_SOUNDED: Manner(after_minutes=120, most_a_day=5),
        Kind.SPEAKER_LOST: Manner(after_minutes=24 * 60, most_a_day=5),
        Kind.EMERGENCY: Manner(),
    },
    RoleName.VILLAGE_HEAD: {Kind.NOT_SOUNDED: Manner(most_a_day=5)},
    RoleName.TECHNICIAN: {
        Kind.NOT_SOUNDED: Manner(after_minutes=30),
        Kind.SPEAKER_LOST: Manner(after_minutes=60, again_minutes=24 * 60),
        Kind.DISK: Manner(),
    },
}
"""Conservative: the officer at once, the leader only of what nobody has put right meanwhile."""


def usual(role: RoleName, kind: Kind) -> Manner:
    """What holds where no area decided."""
    return DEFAULTS.get(role, {}).get(kind, NEVER)
