"""From the station to the horn, hop by hop: which one is broken, since when, why it is thought so, and what to do.

A pure function over what is known. What nobody measured is UNKNOWN, never good: only a microphone proves that a horn sounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_BEATS = 3
"""So many heartbeats missed in a row count as silence; one may be lost (QoS 0)."""
STALE_PROOF = timedelta(days=3)
"""An older broadcast or test proves nothing about today's sound card."""
_COUNTS_CURRENT = frozenset({"E3", "E4"})
_COUNTS_FRAMES = frozenset({"E2", "E3", "E4"})


class Hop(StrEnum):
    """Where a broadcast passes, in its order."""

    STATION = "station"
    BROKER = "broker"
    AGENT = "agent"
    SOUND_CARD = "sound_card"
    AMPLIFIER = "amplifier"
    HORN = "horn"


class Health(StrEnum):
    """What is known of a hop."""

    GOOD = "good"
    UNKNOWN = "unknown"
    BAD = "bad"


@dataclass(frozen=True)
class Outcome:
    """How the last broadcast ended at a speaker."""

    at: datetime
    played: bool
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Signs:
    """Everything that is known of one speaker; None is "not known"."""

    at: datetime
    """Now."""
    enrolled: bool
    online: bool
    presence_at: datetime | None = None
    last_heard_at: datetime | None = None
    others_heard_at: datetime | None = None
    """When any other speaker of the station was heard last; None where there is no other."""
    heartbeat_s: int = 300
    under_voltage: bool | None = None
    outcome: Outcome | None = None
    faults: Mapping[str, datetime] = field(default_factory=dict)
    """Kinds of open faults → since when."""
    tested_at: datetime | None = None
    """When its newest acoustic self-test was, if that heard the horn well, in the air."""


@dataclass(frozen=True)
class Link:
    """One hop as it is. `why` is a key of `server.chain_words`."""

    hop: Hop
    health: Health
    since: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Chain:
    """All hops in order; behind a broken one nothing is claimed."""

    links: tuple[Link, ...]

    @property
    def broken(self) -> Link | None:
        """The first broken hop."""
        return next((link for link in self.links if link.health is Health.BAD), None)

    @property
    def rank(self) -> int:
        """For sorting, the worst first: how far a broadcast gets."""
        broken = self.broken
        return len(self.links) if broken is None else list(Hop).index(broken.hop)


def chain(signs: Signs) -> Chain:
    """What is known, hop by hop."""
    links = [Link(Hop.STATION, Health.GOOD, None, "answers")]  # it is answering this very question
    for judge in (_broker, _agent, _sound_card, _amplifier, _horn):
        if links[-1].health is Health.BAD or (links[-1].why == "behind"):
            links.append(Link(list(Hop)[len(links)], Health.UNKNOWN, None, "behind"))
        else:
            links.append(judge(signs))
    return Chain(tuple(links))


def _silence(signs: Signs) -> timedelta:
    return timedelta(seconds=signs.heartbeat_s * SILENT_BEATS)


def _broker(signs: Signs) -> Link:
    """All boxes silent at once: it is not the boxes."""
    heard = max(filter(None, (signs.last_heard_at, signs.others_heard_at)), default=None)
    if heard is not None and signs.at - heard <= _silence(signs):
        return Link(Hop.BROKER, Health.GOOD, heard, "carries")
    if signs.others_heard_at is not None and heard is not None and not signs.online:
        return Link(Hop.BROKER, Health.BAD, heard, "all_silent")
    return Link(Hop.BROKER, Health.UNKNOWN, heard, "nobody_heard")


def _agent(signs: Signs) -> Link:
    if not signs.enrolled:
        return Link(Hop.AGENT, Health.BAD, None, "no_box")
    if not signs.online:
        return Link(Hop.AGENT, Health.BAD, signs.presence_at or signs.last_heard_at, "offline")
    if signs.last_heard_at is None or signs.at - signs.last_heard_at > _silence(signs):
        return Link(Hop.AGENT, Health.BAD, signs.last_heard_at, "hangs")
    if signs.under_voltage:
        return Link(Hop.AGENT, Health.BAD, signs.last_heard_at, "under_voltage")
    return Link(Hop.AGENT, Health.GOOD, signs.last_heard_at, "talks")


def _sound_card(signs: Signs) -> Link:
    outcome = signs.outcome
    if since := signs.faults.get("sound_card"):
        return Link(Hop.SOUND_CARD, Health.BAD, since, "no_output")
    tested_at = _tested(signs)
    refused = outcome is not None and not outcome.played and outcome.reason == "no_output"
    if outcome is not None and refused and (tested_at is None or tested_at < outcome.at):
        return Link(Hop.SOUND_CARD, Health.BAD, outcome.at, "no_output")
    if outcome is not None and outcome.played and outcome.evidence in _COUNTS_FRAMES and _fresh(signs, outcome):
        return Link(Hop.SOUND_CARD, Health.GOOD, outcome.at, "took_frames")
    if tested_at is not None:
        return Link(Hop.SOUND_CARD, Health.GOOD, tested_at, "test_was_heard")
    return Link(Hop.SOUND_CARD, Health.UNKNOWN, None, "not_played" if outcome is None else "no_proof")


def _amplifier(signs: Signs) -> Link:
    if since := signs.faults.get("power"):
        return Link(Hop.AMPLIFIER, Health.BAD, since, "no_power")
    outcome = signs.outcome
    if outcome is not None and outcome.played and outcome.evidence in _COUNTS_CURRENT and _fresh(signs, outcome):
        return Link(Hop.AMPLIFIER, Health.GOOD, outcome.at, "drew_current")
    if (tested_at := _tested(signs)) is not None:
        return Link(Hop.AMPLIFIER, Health.GOOD, tested_at, "test_was_heard")
    return Link(Hop.AMPLIFIER, Health.UNKNOWN, None, "not_measured")


def _horn(signs: Signs) -> Link:
    outcome = signs.outcome
    reported = {kind: at for kind, at in signs.faults.items() if kind in _HORN_FAULTS}
    if reported:
        kind = min(reported, key=lambda each: (list(_HORN_FAULTS).index(each), reported[each]))
        return Link(Hop.HORN, Health.BAD, reported[kind], _HORN_FAULTS[kind])
    if outcome is not None and outcome.played and outcome.evidence == "E4" and _fresh(signs, outcome):
        return Link(Hop.HORN, Health.GOOD, outcome.at, "was_heard")
    if (tested_at := _tested(signs)) is not None:
        return Link(Hop.HORN, Health.GOOD, tested_at, "test_was_heard")
    if since := signs.faults.get("microphone"):
        return Link(Hop.HORN, Health.UNKNOWN, since, "ear_broken")
    return Link(Hop.HORN, Health.UNKNOWN, None, "not_heard_by_ear")


_HORN_FAULTS = {
    "horn_silent": "horn_silent",
    "silent": "horn_silent",
    "loose": "loose",
    "horn_weak": "horn_weak",
    "weak": "horn_weak",
    "horn_distorted": "horn_rattles",
    "rattle": "horn_rattles",
}
"""Kind of fault → why, the gravest first."""
FAULT_WHY = {**_HORN_FAULTS, "power": "no_power", "microphone": "ear_broken", "sound_card": "no_output"}
"""Kind of fault → the key of `server.chain_words` under which it is told and advised upon."""


def _fresh(signs: Signs, outcome: Outcome) -> bool:
    return signs.at - outcome.at <= STALE_PROOF


def _tested(signs: Signs) -> datetime | None:
    """When a test was heard, as long as that proves something: a sound in the air has passed card, amplifier and horn."""
    at = signs.tested_at
    return at if at is not None and signs.at - at <= STALE_PROOF else None
