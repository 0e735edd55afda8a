"""What the API shows: the shapes of its answers, and how rows become them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from protocol.priorities import Priority
from protocol.states import State
from server.api.ear_views import EarView, ear_view
from server.bulletins import store
from server.productions.workshop import sounding_sentences
from server.tables import (
    Area,
    AreaLevel,
    Bulletin,
    Delivery,
    Occurrence,
    OccurrenceStatus,
    Person,
    Production,
    ProductionStatus,
    RoleName,
    Schedule,
    ScheduleStatus,
    Speaker,
    SpeakerGroup,
    Version,
    VersionStatus,
)

T = TypeVar("T")
_VIEW = ConfigDict(from_attributes=True)


class Items(BaseModel, Generic[T]):
    """A list."""

    items: list[T]


class AreaView(BaseModel):
    """An area."""

    model_config = _VIEW
    id: str
    code: str
    name: str
    level: AreaLevel
    parent_id: str | None


class PersonView(BaseModel):
    """A person; never a password."""

    model_config = _VIEW
    id: str
    username: str
    name: str
    role: RoleName
    area_id: str
    active: bool


class ProductionView(BaseModel):
    """The audio of a version. `done` of `total` sentences are rendered; the other facts are known when it is ready."""

    version_id: str
    edit_count: int
    status: ProductionStatus
    voice: str
    """The voice that was ordered."""
    spoken_by: str = ""
    """The voice that spoke; another one only where `notices` say so."""
    done: int
    total: int
    error: str
    """Vietnamese: why there is no audio."""
    notices: list[str] = []
    """Vietnamese: what is not as asked: another voice stepped in, a sentence could not be said."""
    sha256: str | None = None
    bytes: int | None = None
    duration_ms: int | None = None
    timeline: list[dict[str, Any]] = []
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    render_s: float | None = None
    ear: EarView


class VersionView(BaseModel):
    """A version without its script."""

    id: str
    bulletin_id: str
    number: int
    status: VersionStatus
    edit_count: int
    submitted_at: AwareDatetime | None
    decided_by: str | None
    decided_at: AwareDatetime | None
    decision_note: str


class VersionWithScript(VersionView):
    """A version and what will be said: `reading.Script` as JSON."""

    script: dict[str, Any]


class BulletinView(BaseModel):
    """A bulletin with its newest version."""

    id: str
    title: str
    area_id: str
    priority: Priority
    field: str
    author_id: str
    document_id: str | None
    created_at: AwareDatetime
    version: VersionView


class BulletinWithScript(BulletinView):
    """A bulletin, its newest version's script, and all its versions."""

    script: dict[str, Any]
    versions: list[VersionView]


class DeliveryView(BaseModel):
    """What became of an occurrence on one speaker; UNKNOWN until the device has spoken."""

    speaker_id: str
    speaker_name: str
    attempt: int
    state: State
    reason: str
    changed_at: AwareDatetime
    cancel_requested_at: AwareDatetime | None
    started_at: AwareDatetime | None
    start_error_ms: float | None
    played_ms: int | None
    by: str
    evidence: str
    output: str


_DELIVERY_COLUMNS = [
    col(Speaker.name) if name == "speaker_name" else getattr(Delivery, name) for name in DeliveryView.model_fields
]
"""What is shown and nothing more: there are thousands on a page, and a speaker's row carries its signed messages."""


class OccurrenceView(BaseModel):
    """One instant of a schedule, with every speaker it goes to."""

    id: str
    schedule_id: str
    version_id: str
    title: str
    priority: Priority
    area_id: str
    area_name: str
    group_name: str = ""
    """The group of speakers that it goes to, empty for all of the area."""
    due_at: AwareDatetime
    not_after: AwareDatetime
    duration_ms: int
    status: OccurrenceStatus
    test: bool
    deliveries: list[DeliveryView]


class ScheduleView(BaseModel):
    """A schedule with its occurrences of the next days."""

    id: str
    version_id: str
    area_id: str
    start_at: AwareDatetime
    rule: str
    except_days: list[date]
    skip_holidays: bool
    max_start_delay_s: float
    group_id: str | None
    except_areas: list[str]
    except_speakers: list[str]
    run_id: str | None
    """The programme's run that it is a part of."""
    duration_ms: int
    status: ScheduleStatus
    confirmed_by: str | None
    test: bool
    occurrences: list[OccurrenceView] = []


def version_view(version: Version) -> VersionView:
    """A version without its script."""
    return VersionView.model_validate(version.model_dump(exclude={"script"}))


def version_with_script(version: Version) -> VersionWithScript:
    """A version with its script."""
    return VersionWithScript.model_validate(version.model_dump())


def bulletin_view(bulletin: Bulletin, newest: Version) -> BulletinView:
    """A bulletin in a list."""
    return BulletinView.model_validate({**bulletin.model_dump(), "version": version_view(newest)})


def bulletin_with_script(bulletin: Bulletin, versions: list[Version]) -> BulletinWithScript:
    """A bulletin by itself; `versions` the newest first."""
    return BulletinWithScript.model_validate(
        {
            **bulletin_view(bulletin, versions[0]).model_dump(),
            "script": versions[0].script,
            "versions": [version_view(version) for version in versions],
        }
    )


def production_view(session: Session, version: Version) -> ProductionView | None:
    """The audio of the version's present text, or None while none is ordered."""
    production = store.production_of(session, version)
    if production is None:
        return None
    return _production_view(version, production)


def _production_view(version: Version, production: Production) -> ProductionView:
    ids = [sentence.id for sentence in store.script_of(version).aloud]
    return ProductionView.model_validate(
        {
            **production.model_dump(),
            "timeline": sounding_sentences(version, production.timeline),
            "ear": ear_view(production, ids),
        }
    )


def occurrence_views(
    session: Session, occurrences: list[Occurrence], places: set[str] | None = None
) -> list[OccurrenceView]:
    """Occurrences with their deliveries (those in these places, None: all), in the order given; a fixed number of queries."""
    if not occurrences:
        return []
    ids = [occurrence.id for occurrence in occurrences]
    rows: Mapping[str, tuple[Schedule, Bulletin, Area]] = {
        schedule.id: (schedule, bulletin, area)
        for schedule, bulletin, area in session.exec(
            select(Schedule, Bulletin, Area)
            .join(Version, col(Schedule.version_id) == col(Version.id))
            .join(Bulletin, col(Version.bulletin_id) == col(Bulletin.id))
            .join(Area, col(Schedule.area_id) == col(Area.id))
            .where(col(Schedule.id).in_({occurrence.schedule_id for occurrence in occurrences}))
        )
    }
    asked = {schedule.group_id for schedule, *_ in rows.values() if schedule.group_id}
    group_names = dict(
        session.exec(select(SpeakerGroup.id, SpeakerGroup.name).where(col(SpeakerGroup.id).in_(asked))).all()
    )
    deliveries: dict[str, list[DeliveryView]] = {}
    query = (
        sql_select(col(Delivery.occurrence_id), *_DELIVERY_COLUMNS)
        .join(Speaker, col(Delivery.speaker_id) == col(Speaker.id))
        .where(col(Delivery.occurrence_id).in_(ids))
        .order_by(col(Speaker.name), col(Delivery.attempt))
    )
    if places is not None:
        query = query.where(col(Speaker.area_id).in_(places))
    for occurrence_id, *facts in session.execute(query) if places is None or places else ():
        view = DeliveryView.model_construct(**dict(zip(DeliveryView.model_fields, facts, strict=True)))
        deliveries.setdefault(occurrence_id, []).append(view)
    views = []
    for occurrence in occurrences:
        schedule, bulletin, area = rows[occurrence.schedule_id]
        views.append(
            OccurrenceView.model_validate(
                {
                    **occurrence.model_dump(),
                    "title": bulletin.title,
                    "priority": bulletin.priority,
                    "area_id": area.id,
                    "area_name": area.name,
                    "group_name": group_names.get(schedule.group_id or "", ""),
                    "duration_ms": schedule.duration_ms,
                    "test": schedule.test,
                    "deliveries": deliveries.get(occurrence.id, []),
                }
            )
        )
    return views


def schedule_view(session: Session, schedule: Schedule, occurrences: list[Occurrence]) -> ScheduleView:
    """A schedule with these of its occurrences."""
    return ScheduleView.model_validate({**schedule.model_dump(), "occurrences": occurrence_views(session, occurrences)})


def area_view(area: Area) -> AreaView:
    """An area."""
    return AreaView.model_validate(area)


def person_view(person: Person) -> PersonView:
    """A person."""
    return PersonView.model_validate(person)
