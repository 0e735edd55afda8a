"""Bulletins of a sound alone: the station's chime, a recording, a piece of music. Items of programmes, approved like any bulletin.

Nothing of them is written, so nothing is read aloud; audio, approval, schedules and reports are those of every bulletin.
"""

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from protocol.priorities import Priority
from reading import Script
from server import audit
from server.bulletins import files, intake, store, tracks
from server.bulletins.languages import MUSIC
from server.bulletins.recording import received
from server.database import Database
from server.errors import ConflictError, InvalidInputError
from server.people import rights
from server.settings import Settings
from server.tables import Bulletin, Person, SoundKind, Track, Version
from voices import Arrangement, LanguageTrack, Recording

NAMES = {
    SoundKind.CHIME: "Nhạc hiệu",
    SoundKind.RECORDING: "Bản ghi âm",
    SoundKind.MUSIC: "Nhạc",
}
"""Kinds as screens call them, and the title of one that was given none."""
_MOST = 200


def create(
    database: Database,
    settings: Settings,
    person: Person,
    request: intake.Request,
    kind: SoundKind,
    stream: BinaryIO | None = None,
    name: str = "",
) -> tuple[Bulletin, Version]:
    """Make a bulletin of a sound, a draft: all, or nothing. Only the chime needs no file: the station has its own.

    Raises InvalidInputError (no file), ForbiddenError, NotFoundError, BadSoundError (no sound, broken, silent, too long).
    """
    with database.read() as session:  # nobody works on a file for half a minute only to be refused
        intake.check(session, person, request)
    if kind is SoundKind.CHIME:
        with database.write() as session:
            return _make(session, person, request, kind, None)
    if stream is None:
        raise InvalidInputError("Chưa có tệp âm thanh. Hãy chọn tệp wav, mp3, m4a, ogg hoặc flac.")
    language = MUSIC if kind is SoundKind.MUSIC else "vi"
    with received(settings, stream, name, language=language) as recording, database.write() as session:
        bulletin, version = _make(session, person, request, kind, recording)
        files.put(recording.sound, settings.track_dir / f"{recording.sha256}.flac")
    return bulletin, version


def visible(session: Session, person: Person) -> list[tuple[Bulletin, Version]]:
    """The sounds that the person may see, the newest first, each with its newest version."""
    other = aliased(Version)
    newest = select(func.max(col(other.number))).where(col(other.bulletin_id) == col(Bulletin.id))
    return list(
        session.exec(
            select(Bulletin, Version)
            .join(Version, col(Version.bulletin_id) == col(Bulletin.id))
            .where(col(Bulletin.sound).is_not(None), col(Bulletin.area_id).in_(rights.reach(session, person)))
            .where(col(Version.number) == newest.correlate(Bulletin).scalar_subquery())
            .order_by(col(Bulletin.id).desc())
            .limit(_MOST)
        )
    )


def check_audible(session: Session, version: Version, bulletin: Bulletin) -> None:
    """Whether there is anything to hear of a version. Raises ConflictError."""
    if bulletin.sound is None or bulletin.priority is Priority.RELAY:
        if not store.script_of(version).aloud:
            raise ConflictError("Kịch bản không còn câu nào được đọc. Hãy chọn đọc ít nhất một câu.")
    elif bulletin.sound is not SoundKind.CHIME and not tracks.tracks_of(session, version.id):
        raise ConflictError("Chưa có âm thanh nào để phát. Hãy thêm bản ghi âm rồi thử lại.")


def arranged(kind: SoundKind, settings: Settings, recordings: Sequence[Track]) -> Arrangement:
    """The sound as a programme for the voices room: just itself, at the loudness of every bulletin."""
    if kind is SoundKind.CHIME:
        return Arrangement(only_chime=True)
    return Arrangement(
        chime=False,
        tracks=tuple(
            LanguageTrack(sound=tracks.sound_of(settings, track), language=track.language, title=track.title)
            for track in recordings
        ),
    )


def _make(
    session: Session, person: Person, request: intake.Request, kind: SoundKind, recording: Recording | None
) -> tuple[Bulletin, Version]:
    title = " ".join(request.title.split()) or NAMES[kind]
    bulletin = Bulletin(
        title=title,
        area_id=intake.check(session, person, request),
        priority=request.priority,
        field=request.field,
        author_id=person.id,
        sound=kind,
    )
    session.add(bulletin)
    session.flush()
    script = Script(title=title, document_sha256="", sentences=())
    version = Version(bulletin_id=bulletin.id, number=1, author_id=person.id, script=script.model_dump(mode="json"))
    session.add(version)
    session.flush()
    if recording is not None:
        session.add(
            Track(
                version_id=version.id,
                language=recording.language,
                title=title[:200],
                sha256=recording.sha256,
                duration_ms=recording.duration_ms,
                loudness_lufs=recording.loudness_lufs,
                position=0,
                uploaded_by=person.id,
            )
        )
    audit.record(
        session, person.id, "bulletin.create", bulletin.id, title=title, version=version.id, sound=kind.value,
        sha256=recording.sha256 if recording else "",
    )  # fmt: skip
    return bulletin, version
