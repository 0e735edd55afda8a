"""Who may sound when in an area: its own rules and those of everything above it. The narrowest wins, its owner is named."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from protocol.policy import Policy, VolumeCeiling, Window
from schedules import intersect
from schedules.policy import judge
from server import areas, audit
from server.errors import StationError
from server.tables import Area, AreaPolicy, Person
from server.tables.columns import now

_WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")


class PolicyBreachError(StationError):
    """A broadcast would break a rule; the message names the rule and whose it is."""

    status = 422
    code = "policy"


class VillageRules(BaseModel):
    """What the commune allows its village heads, beyond the rules for everybody. None: no further limit."""

    model_config = ConfigDict(frozen=True)

    allowed: tuple[Window, ...] = Field(default=(), max_length=50)
    sessions_a_day: int | None = Field(default=3, ge=0, le=100)
    minutes_a_day: int | None = Field(default=15, ge=1, le=1440)
    repeats: bool = False
    """Whether a village head may schedule with a rule of recurrence."""
    approval: bool = True
    """False: what a village head submits counts as approved, on the authority of who set this rule."""


class AreaRules(BaseModel):
    """What one area's authority decided. None and empty leave the matter to the levels above."""

    model_config = ConfigDict(frozen=True)

    allowed: tuple[Window, ...] = Field(default=(), max_length=50)
    """Nothing but an emergency sounds outside these windows; empty: no rule of its own."""
    session_minutes: int | None = Field(default=None, ge=1, le=1440)
    """One broadcast is no longer than this."""
    sessions_a_day: int | None = Field(default=None, ge=1, le=1440)
    minutes_a_day: int | None = Field(default=None, ge=1, le=1440)
    """Of all broadcasts together."""
    ceilings: tuple[VolumeCeiling, ...] = Field(default=(), max_length=50)
    usual: tuple[Window, ...] = Field(default=(), max_length=50)
    """What would sound outside these windows needs a second person's word; empty leaves it to the levels above. Where nobody
    decided either usual or allowed hours, USUAL holds."""
    village: VillageRules | None = None
    """For village heads; None leaves it to the levels above, and without any to the defaults of VillageRules."""


DEFAULT = AreaRules(allowed=(Window(start=time(5, 0), end=time(22, 0)),), session_minutes=60)
"""Holds where nobody on the way up has set hours or a length: conservative, since each province sets its own."""
USUAL = (Window(start=time(5, 0), end=time(21, 0)),)
"""Hours at which nobody wonders that the loudspeaker speaks, where no authority has decided any."""
_ANY_TIME = (Window(start=time(0, 0), end=time(0, 0)),)
DEFAULT_OWNER = "mặc định của đài"


def rules_over(session: Session, area_id: str) -> list[tuple[str, AreaRules]]:
    """(owner's name, rules) that hold in an area, from the area itself upwards; the default stands in where nobody decided."""
    path = areas.chain(session, area_id)
    rows = {
        row.area_id: AreaRules.model_validate(row.policy)
        for row in session.exec(select(AreaPolicy).where(col(AreaPolicy.area_id).in_([area.id for area in path])))
    }
    found = [(area.name, rows[area.id]) for area in path if area.id in rows]
    missing = AreaRules(
        allowed=() if any(rules.allowed for _, rules in found) else DEFAULT.allowed,
        session_minutes=None if any(rules.session_minutes for _, rules in found) else DEFAULT.session_minutes,
    )
    return [*found, (DEFAULT_OWNER, missing)] if missing != AreaRules() else found


def effective(session: Session, area_id: str, zone: str) -> Policy:
    """All rules over an area as the one policy that its speakers hold every job against."""
    found = rules_over(session, area_id)
    allowed: tuple[Window, ...] | None = None
    for _, rules in found:
        if rules.allowed:
            allowed = (
                rules.allowed
                if allowed is None
                else tuple(
                    Window(start=span.start, end=span.end, weekdays=span.weekdays)
                    for span in intersect(allowed, rules.allowed)
                )
            )
    assert allowed is not None
    return Policy(
        timezone=zone,
        allowed=allowed,
        session_minutes=min(rules.session_minutes for _, rules in found if rules.session_minutes),
        ceilings=tuple(ceiling for _, rules in found for ceiling in rules.ceilings),
        owner=", ".join(owner for owner, _ in found),
    )


@dataclass(frozen=True)
class Load:
    """What is planned already for one place on one local day."""

    sessions: int = 0
    length: timedelta = timedelta(0)


@dataclass(frozen=True)
class Hours:
    """The rules over one area, read once and asked often."""

    place: str
    rules: tuple[tuple[str, AreaRules], ...]

    def check(self, start_at: datetime, length: timedelta, zone: str) -> None:
        """Whether one broadcast may sound there then. Raises PolicyBreachError."""
        for owner, rules in self.rules:
            objection = judge(_policy(owner, rules, zone), start_at, length)
            if objection:
                weekday = _WEEKDAYS[start_at.astimezone(ZoneInfo(zone)).weekday()]
                raise PolicyBreachError(f"{self.place}, {weekday}: {objection}")

    def usual(self) -> list[tuple[str, tuple[Window, ...]]]:
        """(owner, windows) that are usual there; all of them must hold, none: every allowed hour is. What an authority allowed
        by hand is usual.
        """
        decided = [(owner, rules.usual) for owner, rules in self.rules if rules.usual]
        if not decided and all(owner == DEFAULT_OWNER or not rules.allowed for owner, rules in self.rules):
            return [(DEFAULT_OWNER, USUAL)]
        return decided

    def unusual(self, start_at: datetime, length: timedelta, zone: str) -> bool:
        """Whether a broadcast at that hour needs a second person's word."""
        return any(
            judge(_policy("", AreaRules(allowed=windows), zone), start_at, length) is not None
            for _, windows in self.usual()
        )

    def check_day(self, place: str, load: Load, length: timedelta) -> None:
        """Whether one more broadcast fits into the day of a place below. Raises PolicyBreachError."""
        for owner, rules in self.rules:
            _check_day(place, load, length, rules.sessions_a_day, rules.minutes_a_day, owner)


@dataclass(frozen=True)
class VillageHours:
    """What village heads of one village may."""

    owner: str
    rules: VillageRules
    set_by: str
    """Id of the person who set them; "" for the defaults."""

    def check(self, start_at: datetime, length: timedelta, zone: str, rule: str) -> None:
        """Whether a village head may have this. Raises PolicyBreachError."""
        if rule and not self.rules.repeats:
            raise PolicyBreachError(
                f"Trưởng thôn không được đặt lịch lặp lại (quy định của {self.owner}). Hãy nhờ cán bộ xã."
            )
        objection = judge(_policy(self.owner, AreaRules(allowed=self.rules.allowed), zone), start_at, length)
        if objection:
            raise PolicyBreachError(f"Giờ dành cho trưởng thôn: {objection}")

    def check_day(self, place: str, load: Load, length: timedelta) -> None:
        """Whether one more broadcast by village heads fits into the day. Raises PolicyBreachError."""
        _check_day(
            place,
            load,
            length,
            self.rules.sessions_a_day,
            self.rules.minutes_a_day,
            f"{self.owner}, dành cho trưởng thôn",
        )


def village_hours(session: Session, area_id: str) -> VillageHours:
    """The rules for village heads at an area: the nearest that somebody set on the way up."""
    for area in areas.chain(session, area_id):
        row = session.get(AreaPolicy, area.id)
        rules = AreaRules.model_validate(row.policy) if row else AreaRules()
        if row is not None and rules.village is not None:
            return VillageHours(owner=area.name, rules=rules.village, set_by=row.set_by)
    return VillageHours(owner=DEFAULT_OWNER, rules=VillageRules(), set_by="")


def _check_day(
    place: str, load: Load, length: timedelta, sessions: int | None, minutes: int | None, owner: str
) -> None:
    if sessions is not None and load.sessions + 1 > sessions:
        raise PolicyBreachError(
            f"{place} đã có {load.sessions} lần phát trong ngày, tối đa là {sessions} (quy định của {owner}). Hãy chọn ngày khác."
        )
    if minutes is not None and load.length + length > timedelta(minutes=minutes):
        planned = -(-load.length // timedelta(minutes=1))
        raise PolicyBreachError(
            f"{place} đã có {planned} phút phát trong ngày, thêm bản tin này thì quá {minutes} phút (quy định của {owner}). "
            "Hãy chọn ngày khác hoặc rút ngắn."
        )


def hours_over(session: Session, area_id: str) -> Hours:
    """The rules over an area, to check broadcasts against. Raises NotFoundError."""
    return Hours(place=areas.find(session, area_id).name, rules=tuple(rules_over(session, area_id)))


def _policy(owner: str, rules: AreaRules, zone: str) -> Policy:
    """One level's rules in the form that devices are given them, so that both judge alike."""
    return Policy(
        timezone=zone, allowed=rules.allowed or _ANY_TIME, session_minutes=rules.session_minutes or 1440, owner=owner
    )


def allowed_over(session: Session, area_id: str) -> list[tuple[str, str]]:
    """(owner's name, hours in words) of all who set hours for an area, from the area itself upwards."""
    return [(owner, describe(rules.allowed)) for owner, rules in rules_over(session, area_id) if rules.allowed]


def describe(windows: tuple[Window, ...]) -> str:
    """Windows in words: "05:00–22:00; 08:00–11:00 (thứ bảy, chủ nhật)"."""
    return "; ".join(
        ("cả ngày" if window.start == window.end else f"{window.start:%H:%M}–{window.end:%H:%M}")
        + (
            ""
            if len(set(window.weekdays)) == 7
            else f" ({', '.join(_WEEKDAYS[day] for day in sorted(set(window.weekdays)))})"
        )
        for window in windows
    )


def own(session: Session, area_id: str) -> AreaRules:
    """The area's own rules, empty where it set none."""
    row = session.get(AreaPolicy, area_id)
    return AreaRules.model_validate(row.policy) if row else AreaRules()


def decide(session: Session, person: Person, area: Area, rules: AreaRules) -> None:
    """Set the area's own rules. The caller has checked the right."""
    row = session.get(AreaPolicy, area.id) or AreaPolicy(area_id=area.id, policy={}, set_by=person.id)
    row.policy = rules.model_dump(mode="json")
    row.set_by = person.id
    row.set_at = now()
    session.add(row)
    audit.record(session, person.id, "policy.set", area.id, rules=row.policy)
