"""What a commune lets the public see. Conservative: what was never said out loud is not shown, whatever the setting."""

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from server import areas, audit
from server.errors import NotFoundError
from server.people import rights
from server.tables import Area, AreaLevel, Bulletin, Person, PublicSetting, Withheld


class Rules(BaseModel):
    """The commune's decision. The defaults show what everybody in the commune heard anyway."""

    model_config = ConfigDict(frozen=True)

    schedule: bool = True
    """When the approved bulletins of the next days will sound."""
    archive: bool = True
    """Listen again to what was aired."""
    archive_days: int = Field(default=30, ge=1, le=365)
    villages: bool = False
    """Title, words and sound of what was aired for single villages: it may name families, who agreed to be named there only."""
    feedback: bool = True
    """Residents may write."""


def rules_of(session: Session) -> Rules:
    """What holds now."""
    row = session.get(PublicSetting, areas.top(session).id)
    return Rules.model_validate(row.rules) if row else Rules()


def decide(session: Session, person: Person, rules: Rules) -> None:
    """Set them. Raises ForbiddenError: who decides on policy decides on this."""
    area = areas.top(session)
    rights.require(session, person, rights.Action.POLICY, area.id)
    row = session.get(PublicSetting, area.id) or PublicSetting(area_id=area.id, rules={}, set_by=person.id)
    row.rules, row.set_by = rules.model_dump(mode="json"), person.id
    session.add(row)
    audit.record(session, person.id, "public.decide", area.id, **row.rules)


def withhold(session: Session, person: Person, bulletin_id: str, *, hidden: bool) -> None:
    """Keep one bulletin off the public pages, or let it back. Raises NotFoundError, ForbiddenError."""
    bulletin = session.get(Bulletin, bulletin_id)
    if bulletin is None or not rights.may(session, person, rights.Action.READ, bulletin.area_id):
        raise NotFoundError("Không có bản tin này.")
    if not rights.may(session, person, rights.Action.APPROVE, bulletin.area_id, bulletin.priority):
        rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
    row = session.get(Withheld, bulletin_id)
    if hidden and row is None:
        session.add(Withheld(bulletin_id=bulletin_id, withheld_by=person.id))
    elif not hidden and row is not None:
        session.delete(row)
    audit.record(session, person.id, "public.withhold" if hidden else "public.show", bulletin_id)


def shown_areas(session: Session, rules: Rules) -> set[str]:
    """Ids of the areas whose broadcasts are shown by name: the communes and above, and the villages where allowed."""
    found = areas.below(session, areas.top(session).id)
    if rules.villages:
        return found
    return {area.id for area in session.exec(select(Area)) if area.id in found and area.level is not AreaLevel.VILLAGE}
