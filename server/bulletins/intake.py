"""A document or a pasted text becomes a bulletin with its first version."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from sqlmodel import Session

from protocol.priorities import Priority
from reading import Dialect, Document, Lexicon, Script, document_from_text, read
from reading.extraction import extract
from server import areas, audit, dictionary
from server.bulletins import files
from server.database import Database
from server.errors import InvalidInputError
from server.people import rights
from server.settings import Settings
from server.tables import Bulletin, PastedText, Person, StoredDocument, Version

FIELDS = {
    "general": "Thông tin chung",
    "unexpected": "Tin đột xuất",
    "policy": "Chính sách, pháp luật",
    "direction": "Chỉ đạo điều hành của địa phương",
    "society": "Khoa học, kinh tế, văn hoá, xã hội",
    "good_deeds": "Người tốt việc tốt",
}
"""Fields (lĩnh vực) of a bulletin."""
_LONGEST_TITLE = 300
_LONGEST_TEXT = 200_000


@dataclass(frozen=True)
class Request:
    """What the officer says about a new bulletin. An empty title is taken from the document."""

    title: str = ""
    area_id: str = ""
    """Id or code; empty is the person's own place."""
    priority: Priority = Priority.NORMAL
    field: str = "general"


def from_file(
    database: Database, settings: Settings, person: Person, request: Request, stream: BinaryIO, name: str
) -> tuple[Bulletin, Version]:
    """Keep the file, read it, make the bulletin: all, or nothing.

    Raises reading.ReadingError when the file cannot become text, InvalidInputError, ForbiddenError, NotFoundError.
    """
    with database.read() as session:
        words = dictionary.lexicon(session, check(session, person, request))
    name = PurePath(name.replace("\\", "/")).name[-255:] or "van-ban"
    with files.received(stream, settings.document_dir, max_bytes=settings.max_upload_bytes) as upload:
        document = extract(upload.path, name=name)
        script = _script(document, words, settings.dialect)
        with database.write() as session:
            area_id = check(session, person, request)
            stored = StoredDocument(
                name=name,
                sha256=upload.sha256,
                bytes=upload.bytes,
                uploaded_by=person.id,
                extracted=document.model_dump(mode="json"),
            )
            session.add(stored)
            session.flush()
            made = _make(session, person, request, area_id, script, stored)
            files.keep(upload, settings.document_dir)
    return made


def from_text(
    database: Database, settings: Settings, person: Person, request: Request, text: str
) -> tuple[Bulletin, Version]:
    """Make a bulletin of a pasted text. Raises as `from_file`."""
    if not text.strip():
        raise InvalidInputError("Chưa có nội dung. Hãy chọn tệp hoặc dán văn bản.")
    if "\0" in text:
        raise InvalidInputError("Văn bản có ký tự lạ (mã 0). Hãy dán lại từ trình soạn thảo.")
    if len(text) > _LONGEST_TEXT:
        raise InvalidInputError(f"Văn bản dài quá {_LONGEST_TEXT} ký tự. Hãy chia thành nhiều bản tin.")
    with database.read() as session:
        words = dictionary.lexicon(session, check(session, person, request))
    script = _script(document_from_text(text), words, settings.dialect)
    with database.write() as session:
        made = _make(session, person, request, check(session, person, request), script, None)
        session.add(PastedText(bulletin_id=made[0].id, text=text))
    return made


def check(session: Session, person: Person, request: Request) -> str:
    """The id of the area it is for. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    area = areas.find(session, request.area_id or person.area_id)
    rights.require(session, person, rights.Action.WRITE, area.id, request.priority)
    if request.field not in FIELDS:
        raise InvalidInputError(f"Không có lĩnh vực “{request.field[:40]}”. Các lĩnh vực: {', '.join(FIELDS)}.")
    if len(request.title) > _LONGEST_TITLE:
        raise InvalidInputError(f"Tiêu đề dài quá {_LONGEST_TITLE} ký tự.")
    return area.id


def _script(document: Document, words: Lexicon, dialect: Dialect) -> Script:
    script = read(document, lexicon=words, dialect=dialect)
    if not script.aloud:
        raise InvalidInputError(
            "Văn bản không có câu nào để đọc. Hãy kiểm tra lại tệp, hoặc dán nội dung vào ô soạn thảo."
        )
    return script


def _make(
    session: Session, person: Person, request: Request, area_id: str, script: Script, stored: StoredDocument | None
) -> tuple[Bulletin, Version]:
    title = " ".join((request.title or script.title or script.aloud[0].written).split())[:_LONGEST_TITLE]
    bulletin = Bulletin(
        title=title,
        area_id=area_id,
        priority=request.priority,
        field=request.field,
        document_id=stored.id if stored else None,
        author_id=person.id,
    )
    session.add(bulletin)
    session.flush()
    version = Version(bulletin_id=bulletin.id, number=1, author_id=person.id, script=script.model_dump(mode="json"))
    session.add(version)
    session.flush()
    detail = {"document": stored.name, "sha256": stored.sha256} if stored else {}
    audit.record(session, person.id, "bulletin.create", bulletin.id, title=title, version=version.id, **detail)
    return bulletin, version
