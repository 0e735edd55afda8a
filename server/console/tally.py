"""What became of a broadcast on many speakers, in as few words as tell who needs somebody."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from protocol.states import State
from server import words
from server.api.views import DeliveryView
from server.tables import Delivery, Speaker

MANY = 6
"""More speakers are told in groups: forty lines of "played" hide the one that was not."""
_NAMED = 12
_ORDER = ("bad", "live", "wait", "calm", "over", "good")
"""Of tones: what needs somebody first."""


@dataclass(frozen=True)
class Group:
    """Speakers with the same state for the same reason."""

    state: State
    reason: str
    tone: str
    count: int
    names: tuple[str, ...]
    """Of those that somebody may have to go to; empty where all is well or where they are too many to read."""


def tones(session: Session, occurrences: Iterable[str], places: set[str]) -> dict[str, str]:
    """The colour of each of these that has gone to a speaker of the places: of what is worst among its newest attempts."""
    later = aliased(Delivery)
    again = select(later.id).where(
        col(later.occurrence_id) == col(Delivery.occurrence_id),
        col(later.speaker_id) == col(Delivery.speaker_id),
        col(later.attempt) > col(Delivery.attempt),
    )
    rows = session.execute(
        sql_select(col(Delivery.occurrence_id), col(Delivery.state))
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(col(Delivery.occurrence_id).in_(list(occurrences)), col(Speaker.area_id).in_(places), ~again.exists())
        .distinct()
    )
    found: dict[str, str] = {}
    for occurrence_id, state in rows:
        found[occurrence_id] = min(words.tone(state), found.get(occurrence_id, _ORDER[-1]), key=_ORDER.index)
    return found


def tally(deliveries: Iterable[DeliveryView]) -> list[Group]:
    """Groups of the newest attempts, what went wrong first."""
    newest = {delivery.speaker_id: delivery for delivery in deliveries}  # attempts come in order
    found: dict[tuple[State, str], list[str]] = {}
    for delivery in newest.values():
        found.setdefault((delivery.state, delivery.reason), []).append(delivery.speaker_name)
    groups = [
        Group(
            state=state,
            reason=reason,
            tone=words.tone(state),
            count=len(names),
            names=() if words.tone(state) == "good" or len(names) > _NAMED else tuple(names),
        )
        for (state, reason), names in found.items()
    ]
    return sorted(groups, key=lambda group: (_ORDER.index(group.tone), -group.count))
