"""How long a programme is and when each of its items begins, before anything of it sounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel import Session

from server.bulletins import store
from server.tables import Bulletin, ProductionStatus, Relay, Version, VersionStatus

_SHORTEST_RELAY_MS = 60_000


class EntryKind(StrEnum):
    """What an item is. All but a relay are bulletins: those of a sound alone are a chime, a recording or music."""

    BULLETIN = "bulletin"
    RELAY = "relay"
    CHIME = "chime"
    RECORDING = "recording"
    MUSIC = "music"


class Entry(BaseModel):
    """One item. `seconds` is for a relay; without it the relay fills what the others leave of the slot."""

    model_config = ConfigDict(frozen=True)

    kind: EntryKind
    id: str = Field(max_length=64, examples=["0197f3a0-0000-7000-8000-000000000000"])
    """Of the bulletin or the relay."""
    seconds: int | None = Field(default=None, ge=60, le=4 * 3600)

    @model_validator(mode="after")
    def _length_of_a_relay(self) -> "Entry":
        if self.kind is not EntryKind.RELAY and self.seconds is not None:
            raise ValueError("what is no relay is as long as its audio")
        return self


@dataclass(frozen=True)
class Part:
    """An item with its place. What is not known yet is None; then `problem` says in Vietnamese what it lacks."""

    entry: Entry
    title: str
    version_id: str | None
    offset_ms: int | None
    length_ms: int | None
    problem: str = ""


@dataclass(frozen=True)
class Layout:
    """A programme laid out. `problem` is the first thing that keeps it off the air, in Vietnamese; "" when nothing does."""

    parts: tuple[Part, ...]
    length_ms: int | None
    slot_ms: int
    problem: str


def lay_out(session: Session, entries: Sequence[Entry], *, slot_s: int, pause_s: float) -> Layout:
    """Place the items one after another; the newest approved version of each bulletin counts."""
    slot_ms, pause_ms = slot_s * 1000, round(pause_s * 1000)
    found = [_resolved(session, entry) for entry in entries]
    filling = [place for place, part in enumerate(found) if not part.problem and part.length_ms is None]
    problem = next((part.problem for part in found if part.problem), "")
    if not entries:
        problem = "Chương trình chưa có mục nào. Hãy thêm ít nhất một bản tin hoặc một khung tiếp sóng."
    elif len(filling) > 1:
        problem = "Chỉ một khung tiếp sóng được để trống thời lượng. Hãy ghi số phút cho các khung còn lại."
    known_ms = sum(part.length_ms or 0 for part in found) + pause_ms * max(0, len(found) - 1)
    left_ms = slot_ms - known_ms
    if not problem and filling and left_ms < _SHORTEST_RELAY_MS:
        problem = (
            f"Các mục khác dài {in_words(known_ms)}, khung {in_words(slot_ms)} không còn đủ một phút cho tiếp sóng. "
            "Hãy bỏ bớt mục hoặc chọn khung dài hơn."
        )
    if not problem and left_ms < 0:
        problem = (
            f"Chương trình dài {in_words(known_ms)}, quá khung {in_words(slot_ms)} là {in_words(-left_ms)}. "
            "Hãy bỏ bớt mục, rút ngắn tiếp sóng hoặc chọn khung dài hơn."
        )
    if problem:
        return Layout(tuple(found), None, slot_ms, problem)
    parts: list[Part] = []
    offset_ms = 0
    for part in found:
        length_ms = left_ms if part.length_ms is None else part.length_ms
        parts.append(Part(part.entry, part.title, part.version_id, offset_ms, length_ms))
        offset_ms += length_ms + pause_ms
    return Layout(tuple(parts), offset_ms - pause_ms, slot_ms, "")


def _resolved(session: Session, entry: Entry) -> Part:
    """The item with what is known of it; the length of a relay that fills is None."""
    return _of_relay(session, entry) if entry.kind is EntryKind.RELAY else _of_bulletin(session, entry)


def _of_relay(session: Session, entry: Entry) -> Part:
    relay = session.get(Relay, entry.id)
    if relay is None or relay.retired_at is not None:
        return _lacking(entry, "", "Một nguồn tiếp sóng trong chương trình không còn nữa. Hãy chọn nguồn khác.")
    if relay.version_id is None:
        return _lacking(entry, relay.name, f"Nguồn tiếp sóng “{relay.name}” chưa được lãnh đạo duyệt.")
    length_ms = None if entry.seconds is None else entry.seconds * 1000
    return Part(entry, relay.name, relay.version_id, None, length_ms)


def _of_bulletin(session: Session, entry: Entry) -> Part:
    bulletin = session.get(Bulletin, entry.id)
    if bulletin is None:
        return _lacking(entry, "", "Một bản tin trong chương trình không còn nữa. Hãy chọn bản tin khác.")
    version = _approved(session, bulletin)
    if version is None:
        return _lacking(entry, bulletin.title, f"“{bulletin.title}” chưa được duyệt nên chưa phát được.")
    production = store.production_of(session, version)
    if production is None or production.status is not ProductionStatus.READY or production.duration_ms is None:
        return _lacking(entry, bulletin.title, f"“{bulletin.title}” chưa có tiếng hoàn chỉnh. Hãy dựng tiếng trước.")
    return Part(entry, bulletin.title, version.id, None, production.duration_ms)


def _approved(session: Session, bulletin: Bulletin) -> Version | None:
    versions = store.versions_of(session, bulletin.id)
    return next((version for version in versions if version.status is VersionStatus.APPROVED), None)


def _lacking(entry: Entry, title: str, problem: str) -> Part:
    return Part(entry, title, None, None, None, problem)


def in_words(length_ms: int) -> str:
    """A length for people: "31 phút 05 giây"."""
    minutes, seconds = divmod(-(-length_ms // 1000), 60)
    if not minutes:
        return f"{seconds} giây"
    return f"{minutes} phút {seconds:02d} giây" if seconds else f"{minutes} phút"
