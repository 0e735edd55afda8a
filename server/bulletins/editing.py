"""The officer's changes to a script. Only a draft can be changed; every change raises `edit_count`."""

from collections.abc import Callable

from reading import Script, UnknownSentenceError, choose, edit_sentence, exclude_sentence, find, include_sentence
from server import audit
from server.bulletins import store
from server.database import Database
from server.errors import InvalidInputError, NotFoundError
from server.tables import Person, Version
from server.tables.columns import now

_LONGEST_SENTENCE = 2_000


def speak_otherwise(
    database: Database, person: Person, version_id: str, sentence_id: str, spoken: str, *, seen: int | None = None
) -> Version:
    """Say `spoken` instead. `seen` is the edit_count that the person looked at.

    Raises NotFoundError, ForbiddenError, ConflictError (frozen, or changed since it was seen), InvalidInputError.
    """
    if not spoken.strip():
        raise InvalidInputError("Câu sửa đang để trống. Hãy nhập lời đọc, hoặc chọn không đọc câu này.")
    if len(spoken) > _LONGEST_SENTENCE:
        raise InvalidInputError(f"Một câu không được dài quá {_LONGEST_SENTENCE} ký tự. Hãy tách thành nhiều bản tin.")

    def change(script: Script) -> Script:
        return edit_sentence(script, sentence_id, spoken, editor=person.name, at=now())

    return _change(database, person, version_id, sentence_id, change, "text", seen)


def decide(
    database: Database,
    person: Person,
    version_id: str,
    sentence_id: str,
    flag: int,
    spoken: str,
    *,
    seen: int | None = None,
) -> Version:
    """Resolve the doubtful place number `flag` (from 0) of a sentence. Raises as `speak_otherwise`."""

    def change(script: Script) -> Script:
        flags = find(script, sentence_id).flags
        if not 0 <= flag < len(flags):
            raise UnknownSentenceError("Chỗ này đã được xử lý. Hãy tải lại trang.")
        if not spoken.strip() and all(choice.spoken for choice in flags[flag].choices):
            raise InvalidInputError("Chưa chọn cách đọc.")
        return choose(script, sentence_id, flags[flag], spoken, editor=person.name, at=now())

    return _change(database, person, version_id, sentence_id, change, "choice", seen)


def read_aloud(
    database: Database, person: Person, version_id: str, sentence_id: str, *, aloud: bool, seen: int | None = None
) -> Version:
    """Read a sentence, or leave it out. Raises as `speak_otherwise`."""

    def change(script: Script) -> Script:
        act = include_sentence if aloud else exclude_sentence
        return act(script, sentence_id, editor=person.name, at=now())

    return _change(database, person, version_id, sentence_id, change, "include" if aloud else "exclude", seen)


def _change(
    database: Database,
    person: Person,
    version_id: str,
    sentence_id: str,
    change: Callable[[Script], Script],
    kind: str,
    seen: int | None,
) -> Version:
    with database.write() as session:
        version, _ = store.find_draft(session, person, version_id, seen)
        before = store.script_of(version)
        try:
            sentence = find(before, sentence_id)
            after = change(before)
        except (KeyError, UnknownSentenceError) as error:
            raise NotFoundError("Không còn câu này trong kịch bản. Hãy tải lại trang.") from error
        version.script = after.model_dump(mode="json")
        version.edit_count += 1
        session.add(version)
        audit.record(
            session,
            person.id,
            "sentence.edit",
            version.id,
            kind=kind,
            sentence=sentence_id,
            before=sentence.spoken,
            after=find(after, sentence_id).spoken,
        )
    return version
