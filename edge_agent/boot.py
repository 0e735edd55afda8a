"""This life of the agent, as told to it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Boot:
    """Which boot of which machine, why, and what runs."""

    boot_id: str
    """The machine's boot: monotonic instants compare only within one."""
    reason: str = ""
    version: str = ""
    reborn: bool = False
    """The memory was lost and begins anew."""
