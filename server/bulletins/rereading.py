"""Reading a draft again with the dictionary as it is now; no edit is lost."""

from collections import defaultdict

from sqlmodel import Session, col, select

from reading import Dialect, Document, Row, document_from_text, find, merge_edits, read, scripts_changed_by
from server import areas, audit, dictionary
from server.bulletins import editing, store
from server.database import Database
from server.errors import ConflictError, NotFoundError
from server.people import rights
from server.tables import Bulletin, PastedText, Person, StoredDocument, Version, VersionStatus

_DRAFTS_TRIED = 200
"""Newest drafts that a row is tried on."""
_CHANGED = "Có người vừa sửa kịch bản này. Hãy tải lại trang rồi sửa tiếp."


def document_of(session: Session, bulletin: Bulletin) -> Document | None:
    """What the bulletin was made of; None for one that was pasted before the station kept such texts."""
    if bulletin.document_id:
        stored = session.get(StoredDocument, bulletin.document_id)
        return Document.model_validate(stored.extracted) if stored else None
    pasted = session.get(PastedText, bulletin.id)
    return document_from_text(pasted.text) if pasted else None


def read_again(
    database: Database, dialect: Dialect, person: Person, version_id: str, *, seen: int | None = None
) -> Version:
    """Read the document of a draft again with today's dictionary, every edit in its place.

    The reading itself holds no lock. Raises NotFoundError, ForbiddenError, ConflictError (frozen, edited meanwhile, nothing to
    read from).
    """
    with database.read() as session:
        version, bulletin = _draft(session, person, version_id)
        if seen is not None and seen != version.edit_count:
            raise ConflictError(_CHANGED)
        document = document_of(session, bulletin)
        words = dictionary.lexicon(session, bulletin.area_id)
    if document is None:
        raise ConflictError("Đài không còn giữ văn bản gốc của bản tin này nên không đọc lại được. Hãy sửa từng câu.")
    before = store.script_of(version)
    after = merge_edits(before, read(document, lexicon=words, dialect=dialect))
    with database.write() as session:
        now_version, _ = _draft(session, person, version_id)
        if now_version.edit_count != version.edit_count:
            raise ConflictError(_CHANGED)
        if after != before:
            now_version.script = after.model_dump(mode="json")
            now_version.edit_count += 1
            session.add(now_version)
            spoken = {sentence.id: sentence.spoken for sentence in before.sentences}
            changed = sum(spoken.get(sentence.id) != sentence.spoken for sentence in after.sentences)
            audit.record(session, person.id, "version.read_again", version_id, sentences=changed)
    return now_version


def teach(
    database: Database,
    dialect: Dialect,
    person: Person,
    version_id: str,
    sentence_id: str,
    flag: int,
    spoken: str,
    *,
    seen: int,
) -> Version:
    """Put a doubtful place into the dictionary of the bulletin's area and read the draft again.

    Where an earlier edit of the sentence keeps the place doubtful, it is resolved there too. Raises as `dictionary.put`,
    `read_again` and `editing.decide`.
    """
    with database.write() as session:
        version, bulletin = _draft(session, person, version_id)
        if seen != version.edit_count:
            raise ConflictError(_CHANGED)
        flags = {sentence.id: sentence.flags for sentence in store.script_of(version).sentences}.get(sentence_id, ())
        if not 0 <= flag < len(flags):
            raise NotFoundError("Chỗ này đã được xử lý. Hãy tải lại trang.")
        written = flags[flag].written
        dictionary.put(session, person, bulletin.area_id, Row(written=written, spoken=spoken))
    version = read_again(database, dialect, person, version_id, seen=seen)
    try:
        left = find(store.script_of(version), sentence_id).flags
    except KeyError:
        return version
    for number, doubt in enumerate(left):
        if doubt.written == written:
            return editing.decide(database, person, version_id, sentence_id, number, spoken, seen=version.edit_count)
    return version


def drafts_changed_by(
    session: Session, dialect: Dialect, person: Person, area_id: str, row: Row
) -> list[tuple[Bulletin, Version]]:
    """The drafts of the area and below that the row would have read otherwise, the newest first; edits not regarded."""
    area = dictionary.home(session, area_id)
    row = dictionary.checked(row)
    drafts = session.exec(
        select(Bulletin, Version)
        .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
        .where(
            Version.status == VersionStatus.DRAFT,
            col(Bulletin.area_id).in_(areas.below(session, area.id) & rights.reach(session, person)),
        )
        .order_by(col(Version.id).desc())
        .limit(_DRAFTS_TRIED)
    ).all()
    documents: dict[str, dict[str, Document]] = defaultdict(dict)
    for bulletin, version in drafts:
        document = document_of(session, bulletin)
        if document is not None:
            documents[dictionary.home(session, bulletin.area_id).id][version.id] = document
    changed: set[str] = set()
    for home_id, texts in documents.items():
        words = dictionary.lexicon(session, home_id)
        changed.update(scripts_changed_by(row, texts, lexicon=words, dialect=dialect, layer=dictionary.layer_of(area)))
    return [(bulletin, version) for bulletin, version in drafts if version.id in changed]


def _draft(session: Session, person: Person, version_id: str) -> tuple[Version, Bulletin]:
    version, bulletin = store.find_version(session, person, version_id)
    rights.require(session, person, rights.Action.WRITE, bulletin.area_id, bulletin.priority)
    if version.status is not VersionStatus.DRAFT:
        raise ConflictError("Bản này không còn là bản nháp nên không đọc lại được. Hãy tạo bản mới từ nó.")
    return version, bulletin
