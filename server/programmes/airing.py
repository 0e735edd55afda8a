"""Putting a programme on air: each of its items becomes a schedule of its own, one after another.

So each bulletin is a job that the device starts once, ends in a state of its own and reports with its own minutes: what was
heard of a programme that an emergency broke is known item by item, and one bulletin of it can be withdrawn on air.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from server import areas, audit
from server.bulletins import store as versions
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.people import rights
from server.programmes.layout import Layout, lay_out
from server.programmes.store import entries_of, find
from server.scheduling import OPEN_SCHEDULES, Wish, withdraw_schedule
from server.scheduling.plan import check_instants, check_time, check_version, put_on, row
from server.tables import Area, Occurrence, Person, Programme, ProgrammeRun, Schedule

_LATER_DELAY_S = 600.0
"""An item may begin this late when those before it did: a programme that an emergency broke goes on."""


@dataclass(frozen=True)
class Airing:
    """Where and when; `area_id` is an id or a code."""

    area_id: str
    start_at: datetime
    rule: str = ""
    except_days: Sequence[date] = ()
    skip_holidays: bool = False
    group_id: str = ""
    except_areas: Sequence[str] = ()
    except_speakers: Sequence[str] = ()
    max_start_delay_s: float = 60.0
    test: bool = False


def air(
    session: Session, person: Person, programme_id: str, wish: Airing, at: datetime, zone: str
) -> tuple[ProgrammeRun, list[Schedule], list[Occurrence]]:
    """Put a programme on air as it is now. All or nothing.

    Raises NotFoundError, ForbiddenError, InvalidInputError (too long for its slot, past), ConflictError (something of it is not
    approved or has no audio), PolicyBreachError (the whole of it is one session), BadRuleError.
    """
    programme = find(session, person, programme_id)
    area = areas.find(session, wish.area_id)
    laid_out = lay_out(session, entries_of(programme), slot_s=programme.slot_s, pause_s=programme.pause_s)
    if laid_out.problem:
        unready = any(part.problem for part in laid_out.parts)
        raise ConflictError(laid_out.problem) if unready else InvalidInputError(laid_out.problem)
    check_time(wish.start_at, wish.max_start_delay_s, at)
    for part in laid_out.parts:
        assert part.version_id is not None
        version, bulletin = versions.find_version(session, person, part.version_id)
        rights.require(session, person, rights.Action.SCHEDULE, area.id, bulletin.priority)
        check_version(version, bulletin, may_wait=False)
    made = _parts(session, person, wish, area, laid_out)
    whole = _parts(session, person, wish, area, laid_out)[0]
    assert laid_out.length_ms is not None
    whole.duration_ms = laid_out.length_ms
    unusual = check_instants(session, whole, person, area, zone)
    run = _run(session, person, programme, whole)
    occurrences = []
    for place, schedule in enumerate(made):
        schedule.run_id = run.id
        occurrences += put_on(session, person, schedule, at, zone, unusual=unusual, ask=place == 0)
    audit.record(
        session, person.id, "programme.air", programme.id, run=run.id, schedules=[one.id for one in made],
        length_ms=run.length_ms, rule=run.rule, start_at=run.start_at.isoformat(),
    )  # fmt: skip
    return run, made, occurrences


def runs_of(
    session: Session, person: Person, programme_id: str, at: datetime
) -> list[tuple[ProgrammeRun, list[Schedule]]]:
    """The runs of a programme that can still sound, the newest first, with what is left of their items. Raises NotFoundError."""
    programme = find(session, person, programme_id)
    rows = session.exec(
        select(ProgrammeRun, Schedule)
        .join(Schedule, col(Schedule.run_id) == col(ProgrammeRun.id))
        .where(ProgrammeRun.programme_id == programme.id, col(Schedule.status).in_(OPEN_SCHEDULES))
        .order_by(col(ProgrammeRun.id).desc(), col(Schedule.offset_ms))
    )
    found: dict[str, tuple[ProgrammeRun, list[Schedule]]] = {}
    for run, schedule in rows:
        if run.rule or run.start_at + timedelta(milliseconds=run.length_ms) > at:
            found.setdefault(run.id, (run, []))[1].append(schedule)
    return list(found.values())


def withdraw_run(session: Session, person: Person, run_id: str, at: datetime) -> list[Schedule]:
    """Take a programme back, also while it is on air. Raises NotFoundError, ForbiddenError, ConflictError (nothing left of it)."""
    found = session.exec(select(Schedule).where(Schedule.run_id == run_id)).all()
    if not found:
        raise NotFoundError("Không có lượt phát chương trình này.")
    still = [schedule for schedule in found if schedule.status in OPEN_SCHEDULES]
    if not still:
        raise ConflictError("Chương trình này đã kết thúc hoặc đã được thu hồi.")
    return [withdraw_schedule(session, person, schedule.id, at) for schedule in still]


def _parts(session: Session, person: Person, wish: Airing, area: Area, laid_out: Layout) -> list[Schedule]:
    """The schedules of the items, not stored."""
    made = []
    for place, part in enumerate(laid_out.parts):
        assert part.version_id is not None
        assert part.length_ms is not None
        assert part.offset_ms is not None
        wanted = Wish(
            version_id=part.version_id,
            area_id=area.id,
            start_at=wish.start_at,
            rule=wish.rule,
            max_start_delay_s=wish.max_start_delay_s if place == 0 else max(wish.max_start_delay_s, _LATER_DELAY_S),
            test=wish.test,
            except_days=wish.except_days,
            skip_holidays=wish.skip_holidays,
            group_id=wish.group_id,
            except_areas=wish.except_areas,
            except_speakers=wish.except_speakers,
        )
        schedule = row(session, person, wanted, area)
        schedule.duration_ms, schedule.offset_ms = part.length_ms, part.offset_ms
        made.append(schedule)
    return made


def _run(session: Session, person: Person, programme: Programme, whole: Schedule) -> ProgrammeRun:
    run = ProgrammeRun(
        programme_id=programme.id,
        start_at=whole.start_at,
        rule=whole.rule,
        length_ms=whole.duration_ms,
        created_by=person.id,
    )
    session.add(run)
    session.flush()
    return run
