"""A programme against its slot as a picture, and what may be put into one."""

from typing import NamedTuple

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from protocol.priorities import Priority
from server.api.programmes import ProgrammeView
from server.bulletins import store
from server.console.languages import N_
from server.people import rights
from server.programmes import EntryKind, relays
from server.tables import Bulletin, Person, Version, VersionStatus

WIDTH = 1000.0
"""Of the bar, in its own units."""
KINDS = {
    EntryKind.BULLETIN: N_("Bản tin"),
    EntryKind.RELAY: N_("Tiếp sóng"),
    EntryKind.CHIME: N_("Nhạc hiệu"),
    EntryKind.RECORDING: N_("Bản ghi âm"),
    EntryKind.MUSIC: N_("Nhạc"),
}
"""What an item is."""
_CHOICES = 60


class Piece(NamedTuple):
    """An item in the bar; `kind` colours it."""

    number: int
    kind: EntryKind
    x: float
    width: float


class Bar(NamedTuple):
    """`known_ms` is the length of all items whose length is known, with the pauses; `slot_x` where the slot ends."""

    pieces: tuple[Piece, ...]
    known_ms: int
    slot_x: float
    complete: bool
    """Nothing is missing: `known_ms` is the length of the programme."""


class Choice(NamedTuple):
    """Something that can be an item; `value` is what the form sends."""

    value: str
    title: str
    length_ms: int | None
    ready: bool
    """Approved, with its audio."""
    version_id: str
    """What a schedule names; "" for a relay that is not approved."""


def bar(made: ProgrammeView) -> Bar:
    """The items one after another, on the scale of whatever is longer, they or their slot."""
    pause_ms, slot_ms = round(made.pause_s * 1000), made.slot_s * 1000
    known_ms = sum(part.length_ms or 0 for part in made.parts) + pause_ms * max(0, len(made.parts) - 1)
    scale = WIDTH / max(known_ms, slot_ms)
    pieces = []
    at_ms = 0
    for number, part in enumerate(made.parts, 1):
        length_ms = part.length_ms or 0
        pieces.append(Piece(number, part.entry.kind, round(at_ms * scale, 1), round(length_ms * scale, 1)))
        at_ms += length_ms + pause_ms
    return Bar(tuple(pieces), known_ms, round(slot_ms * scale, 1), made.length_ms is not None)


def choices(session: Session, person: Person) -> dict[EntryKind, list[Choice]]:
    """What the person may put into a programme, by kind, the newest first; what is ready before what waits for approval."""
    found: dict[EntryKind, list[Choice]] = {kind: [] for kind in EntryKind}
    rows = session.exec(
        select(Bulletin, Version)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            col(Version.status).in_((VersionStatus.APPROVED, VersionStatus.SUBMITTED)),
            col(Bulletin.priority).not_in((Priority.EMERGENCY, Priority.RELAY)),
            col(Bulletin.area_id).in_(rights.reach(session, person)),
        )
        .order_by(col(Version.status), col(Version.id).desc())  # "approved" comes before "submitted"
        .limit(_CHOICES)
        .options(defer(Version.script))  # type: ignore[arg-type]  # a mapped column at run time
    ).all()
    productions = store.productions_of(session, [version for _, version in rows])
    seen = set()
    for bulletin, version in rows:
        if bulletin.id in seen:
            continue
        seen.add(bulletin.id)
        kind = EntryKind(bulletin.sound.value) if bulletin.sound else EntryKind.BULLETIN
        production = productions.get(version.id)
        length_ms = production.duration_ms if production else None
        ready = version.status is VersionStatus.APPROVED and length_ms is not None
        found[kind].append(Choice(f"{kind.value}:{bulletin.id}", bulletin.title, length_ms, ready, version.id))
    found[EntryKind.RELAY] = [
        Choice(
            f"{EntryKind.RELAY.value}:{relay.id}",
            relay.name,
            None,
            relay.version_id is not None,
            relay.version_id or "",
        )
        for relay in relays.visible(session, person)
    ]
    return found
