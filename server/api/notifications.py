"""Who is told of what outside the console, and how each person is reached."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from server import areas, notifications
from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.errors import BusyError, NotFoundError
from server.notifications.kinds import Kind, Manner
from server.people import accounts, rights
from server.tables import Contact, Notification, RoleName

router = APIRouter(tags=["notifications"])


class MannerView(BaseModel):
    """How a role is told of a kind of event. Quiet hours are local times; "" and "" is none. What is urgent ignores them."""

    model_config = ConfigDict(from_attributes=True)

    enabled: bool = True
    after_minutes: int = Field(default=0, ge=0, le=7 * 24 * 60)
    """Only when it has lasted so long and nobody has put it away: this is how it escalates."""
    again_minutes: int = Field(default=0, ge=0, le=7 * 24 * 60)
    """Again after so long while it lasts; 0: once."""
    most_a_day: int = Field(default=20, ge=0, le=200)
    quiet_from: str = Field(default="21:30", max_length=5)
    quiet_to: str = Field(default="06:00", max_length=5)


class RuleView(BaseModel):
    """A role's manner at an area; `own`: decided there."""

    role: RoleName
    kind: Kind
    own: bool
    manner: MannerView


class ContactRequest(BaseModel):
    """An Apprise address."""

    url: str = Field(max_length=1000, examples=["ntfys://loa-khuoi-nan"])


class ContactView(BaseModel):
    """A way to reach a person, without what is secret in it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    person_id: str
    shown: str = Field(examples=["ntfys://…"])
    created_at: AwareDatetime


class TriedView(BaseModel):
    """Whether a test message was taken."""

    taken: bool


class NotificationView(BaseModel):
    """Something a person was told, or is about to be."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: Kind
    object: str
    title: str
    text: str
    created_at: AwareDatetime
    due_at: AwareDatetime
    sent_at: AwareDatetime | None
    given_up_at: AwareDatetime | None
    tries: int
    error: str


@router.get("/areas/{area_id}/notification-rules")
def get_rules(area_id: str, person: PersonDep, station: StationDep) -> Items[RuleView]:
    """Every role and kind as it holds there."""
    with station.database.read() as session:
        area = areas.find(session, area_id)
        rights.require(session, person, rights.Action.READ, area.id)
        return Items(items=[_rule_view(rule) for rule in notifications.rules_at(session, area.id)])


@router.put("/areas/{area_id}/notification-rules/{role}/{kind}")
def put_rule(
    area_id: str, role: RoleName, kind: Kind, body: MannerView, person: PersonDep, station: StationDep
) -> RuleView:
    """Decide how a role is told of a kind at an area and below."""
    with station.database.write() as session:
        return _rule_view(notifications.decide(session, person, area_id, role, kind, Manner(**body.model_dump())))


@router.get("/people/{person_id}/contacts")
def get_contacts(person_id: str, person: PersonDep, station: StationDep) -> Items[ContactView]:
    """How a person is reached: one's own, or of those whom one manages."""
    with station.database.read() as session:
        other = accounts.find(session, person_id)
        if other.id != person.id:
            rights.require(session, person, rights.Action.PEOPLE, other.area_id)
        return Items(items=[ContactView.model_validate(row) for row in notifications.contacts_of(session, other.id)])


@router.post("/people/{person_id}/contacts", status_code=201)
def post_contact(person_id: str, body: ContactRequest, person: PersonDep, station: StationDep) -> ContactView:
    """Add a way to reach a person."""
    with station.database.write() as session:
        return ContactView.model_validate(notifications.add_contact(session, person, person_id, body.url))


@router.delete("/people/{person_id}/contacts/{contact_id}", status_code=204)
def delete_contact(person_id: str, contact_id: str, person: PersonDep, station: StationDep) -> None:
    """Remove it."""
    with station.database.write() as session:
        notifications.remove_contact(session, person, person_id, contact_id)


@router.post("/contacts/{contact_id}/test")
def post_test(contact_id: str, person: PersonDep, station: StationDep) -> TriedView:
    """Send a test message to one's own address now, at most one a few seconds."""
    with station.database.read() as session:
        contact = session.get(Contact, contact_id)
        if contact is None or contact.person_id != person.id or contact.removed_at is not None:
            raise NotFoundError("Không có địa chỉ này.")
    if not station.trying.acquire(blocking=False):
        raise BusyError("Đang gửi thử một tin khác. Hãy đợi ít giây.")
    try:
        text = f"Tin thử của {station.settings.name}. Nhận được tin này là địa chỉ dùng được."
        return TriedView(taken=station.post.send(contact.url, station.settings.name, text))
    finally:
        station.trying.release()


@router.get("/notifications")
def get_notifications(
    person: PersonDep, station: StationDep, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Items[NotificationView]:
    """What one was told outside the console, the newest first."""
    with station.database.read() as session:
        rows = session.exec(
            select(Notification)
            .where(Notification.person_id == person.id)
            .order_by(col(Notification.created_at).desc())
            .limit(limit)
        )
        return Items(items=[NotificationView.model_validate(row) for row in rows])


def _rule_view(rule: notifications.Rule) -> RuleView:
    return RuleView(
        role=rule.role,
        kind=rule.kind,
        own=rule.own,
        manner=MannerView.model_validate(rule.manner, from_attributes=True),
    )
