"""Finding bulletins and versions, and what their stored parts are."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from reading import Script
from server.errors import ConflictError, NotFoundError
from server.people import rights
from server.tables import Bulletin, Person, Production, ProductionStatus, Version, VersionStatus


def find_version(session: Session, person: Person, version_id: str) -> tuple[Version, Bulletin]:
    """A version that the person may see, and its bulletin. Raises NotFoundError, also for one that is none of theirs."""
    version = session.get(Version, version_id)
    bulletin = session.get(Bulletin, version.bulletin_id) if version else None
    if version is None or bulletin is None or not rights.may(session, person, rights.Action.READ, bulletin.area_id):
        raise NotFoundError("Không có bản tin này.")
    return version, bulletin


def find_draft(session: Session, person: Person, version_id: str, seen: int | None = None) -> tuple[Version, Bulletin]:
    """A draft that the person may change, and its bulletin. `seen` is the edit_count that the person looked at.

    Raises NotFoundError, ForbiddenError, ConflictError (frozen, or changed since it was seen).
    """
    version, bulletin = find_version(session, person, version_id)
    rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
    if version.status is not VersionStatus.DRAFT:
        raise ConflictError("Bản này không còn là bản nháp nên không sửa được. Hãy tạo bản mới từ nó.")
    if seen is not None and seen != version.edit_count:
        raise ConflictError("Có người vừa sửa bản này. Hãy tải lại trang rồi sửa tiếp.")
    return version, bulletin


def find_bulletin(session: Session, person: Person, bulletin_id: str) -> tuple[Bulletin, list[Version]]:
    """A bulletin that the person may see, and its versions, the newest first. Raises NotFoundError."""
    bulletin = session.get(Bulletin, bulletin_id)
    if bulletin is None or not rights.may(session, person, rights.Action.READ, bulletin.area_id):
        raise NotFoundError("Không có bản tin này.")
    return bulletin, versions_of(session, bulletin_id)


def versions_of(session: Session, bulletin_id: str) -> list[Version]:
    """All versions, the newest first."""
    return list(
        session.exec(select(Version).where(Version.bulletin_id == bulletin_id).order_by(col(Version.number).desc()))
    )


def visible(
    session: Session, person: Person, *, limit: int = 50, before_id: str = ""
) -> list[tuple[Bulletin, Version]]:
    """Bulletins of the person's area and below, the newest first, each with its newest version (its script not loaded)."""
    query = select(Bulletin).where(col(Bulletin.area_id).in_(rights.reach(session, person)))
    if before_id:
        query = query.where(col(Bulletin.id) < before_id)
    return with_newest(session, session.exec(query.order_by(col(Bulletin.id).desc()).limit(limit)).all())


def with_newest(session: Session, found: Sequence[Bulletin]) -> list[tuple[Bulletin, Version]]:
    """These bulletins in their order, each with its newest version (its script not loaded)."""
    newest: dict[str, Version] = {}
    for version in session.exec(
        select(Version)
        .where(col(Version.bulletin_id).in_([bulletin.id for bulletin in found]))
        .order_by(col(Version.number))
        .options(defer(Version.script))  # type: ignore[arg-type]  # a mapped column at run time
    ):
        newest[version.bulletin_id] = version
    return [(bulletin, newest[bulletin.id]) for bulletin in found]


def script_of(version: Version) -> Script:
    """The script as the reading room made it."""
    return Script.model_validate(version.script)


def doubts_in(version: Version) -> int:
    """How many doubtful places are left in what goes on air: counted in the stored form, since lists ask it of many scripts."""
    sentences = version.script.get("sentences", ())
    aloud = (s for s in sentences if not s.get("skipped_reason") and s["spoken"].strip())
    return sum(len(sentence.get("flags", ())) for sentence in aloud)


def production_of(session: Session, version: Version) -> Production | None:
    """The audio of the version's present text: the one that is ready if any is, else the newest."""
    found = session.exec(select(Production).where(Production.version_id == version.id)).all()
    return _present(version, found)


def productions_of(session: Session, versions: Sequence[Version]) -> dict[str, Production]:
    """The same for many, by version; what was heard and when each sentence sounds is not loaded."""
    found: dict[str, list[Production]] = {}
    for production in session.exec(
        select(Production)
        .where(col(Production.version_id).in_([version.id for version in versions]))
        .options(defer(Production.timeline), defer(Production.ear))  # type: ignore[arg-type]  # mapped columns at run time
    ):
        found.setdefault(production.version_id, []).append(production)
    present = {version.id: _present(version, found.get(version.id, ())) for version in versions}
    return {version_id: production for version_id, production in present.items() if production is not None}


def _present(version: Version, found: Iterable[Production]) -> Production | None:
    of_this_text = [production for production in found if production.edit_count == version.edit_count]
    return max(
        of_this_text, key=lambda one: (one.status is ProductionStatus.READY, one.created_at), default=None
    )  # fmt: skip
