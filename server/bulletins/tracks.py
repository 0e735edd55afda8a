"""Recordings in other languages (and music) that a version carries beside its synthetic Vietnamese."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session, col, select

from server import audit
from server.bulletins import files, store
from server.bulletins.languages import MUSIC, checked_tag, language_name
from server.bulletins.recording import received
from server.database import Database
from server.errors import ConflictError, InvalidInputError, NotFoundError
from server.settings import Settings
from server.tables import Person, Track, Version
from voices import Arrangement, LanguageTrack, MusicBed, Recording

SPEECH = "speech"
"""Stands for the synthetic Vietnamese in an order of tracks."""
MOST_TRACKS = 12
_LONGEST_TITLE = 200


def tracks_of(session: Session, version_id: str) -> list[Track]:
    """The version's recordings in the order in which they sound."""
    query = select(Track).where(Track.version_id == version_id)
    return list(session.exec(query.order_by(col(Track.before_speech).desc(), col(Track.position), col(Track.id))))


def order_of(tracks: Sequence[Track]) -> list[str]:
    """Ids in the order in which they sound, with `SPEECH` where the synthetic Vietnamese stands; music is under all of it."""
    spoken = [track for track in tracks if track.language != MUSIC]
    before = [track.id for track in spoken if track.before_speech]
    return [*before, SPEECH, *(track.id for track in spoken if not track.before_speech)]


def add(
    database: Database,
    settings: Settings,
    person: Person,
    version_id: str,
    stream: BinaryIO,
    name: str,
    *,
    language: str,
    title: str = "",
    seen: int | None = None,
) -> Version:
    """Take a recording into a draft, after those that are there: cleaned (music is not), trimmed, levelled.

    Raises NotFoundError, ForbiddenError, ConflictError (frozen, too many), InvalidInputError (no language, no sound, broken,
    silent, too long).
    """
    tag = checked_tag(language)
    title = " ".join(title.split())
    if len(title) > _LONGEST_TITLE:
        raise InvalidInputError(f"Tên bản ghi dài quá {_LONGEST_TITLE} ký tự. Hãy rút gọn.")
    with database.read() as session:  # nobody works on a file for half a minute only to be refused
        _check_room(session, person, version_id, tag, seen)
    with received(settings, stream, name, language=tag) as recording, database.write() as session:
        return keep(session, settings, person, version_id, recording, title=title, seen=seen)


def keep(
    session: Session,
    settings: Settings,
    person: Person,
    version_id: str,
    recording: Recording,
    *,
    title: str = "",
    seen: int | None = None,
) -> Version:
    """The same with a recording that was received already. Only inside `Database.write()`."""
    version = _check_room(session, person, version_id, recording.language, seen)
    track = _row(session, person, version, recording, title or _title(recording.language))
    _note(session, person, version, "track.add", track)
    files.put(recording.sound, sound_of(settings, track))
    return version


def _check_room(session: Session, person: Person, version_id: str, tag: str, seen: int | None) -> Version:
    version, _ = store.find_draft(session, person, version_id, seen)
    known = tracks_of(session, version.id)
    if len(known) >= MOST_TRACKS:
        raise ConflictError(f"Một bản tin có nhiều nhất {MOST_TRACKS} bản ghi. Hãy bỏ bớt rồi thêm.")
    if tag == MUSIC and any(track.language == MUSIC for track in known):
        raise ConflictError("Bản tin đã có nhạc nền. Hãy bỏ bản nhạc cũ trước khi thêm bản khác.")
    return version


def _row(session: Session, person: Person, version: Version, recording: Recording, title: str) -> Track:
    track = Track(
        version_id=version.id,
        language=recording.language,
        title=title,
        sha256=recording.sha256,
        duration_ms=recording.duration_ms,
        loudness_lufs=recording.loudness_lufs,
        position=max((track.position for track in tracks_of(session, version.id)), default=-1) + 1,
        uploaded_by=person.id,
    )
    session.add(track)
    return track


def find(session: Session, person: Person, version_id: str, track_id: str) -> Track:
    """One recording of a version that the person may see. Raises NotFoundError."""
    version, _ = store.find_version(session, person, version_id)
    return _find(session, version, track_id)


def change(
    session: Session,
    person: Person,
    version_id: str,
    track_id: str,
    *,
    language: str | None = None,
    title: str | None = None,
    seen: int | None = None,
) -> Version:
    """Say otherwise what a recording is. Raises as `add`."""
    version, _ = store.find_draft(session, person, version_id, seen)
    track = _find(session, version, track_id)
    if language is not None:
        tag = checked_tag(language)
        if (tag == MUSIC) != (track.language == MUSIC):
            raise ConflictError("Nhạc nền và tiếng nói được xử lý khác nhau. Hãy bỏ bản ghi này rồi tải lên lại.")
        track.language = tag
    if title is not None:
        track.title = " ".join(title.split())[:_LONGEST_TITLE] or _title(track.language)
    session.add(track)
    _note(session, person, version, "track.change", track)
    return version


def reorder(
    session: Session, person: Person, version_id: str, order: Sequence[str], *, seen: int | None = None
) -> Version:
    """Let the recordings sound in this order; `SPEECH` is where the synthetic Vietnamese stands.

    Raises as `add`, and InvalidInputError when it is not an order of exactly what there is.
    """
    version, _ = store.find_draft(session, person, version_id, seen)
    known = tracks_of(session, version.id)
    if sorted(order) != sorted(order_of(known)):
        raise InvalidInputError(
            f"Thứ tự phải có đủ mọi bản ghi, mỗi bản một lần, và “{SPEECH}” ở chỗ của giọng đọc tiếng Việt. Hãy tải lại trang."
        )
    speech_at = list(order).index(SPEECH)
    by_id = {track.id: track for track in known}
    for place, track_id in enumerate(order):
        if track_id != SPEECH:
            track = by_id[track_id]
            track.position, track.before_speech = place, place < speech_at
            session.add(track)
    version.edit_count += 1
    session.add(version)
    audit.record(session, person.id, "track.order", version.id, order=list(order))
    return version


def remove(
    database: Database, settings: Settings, person: Person, version_id: str, track_id: str, *, seen: int | None = None
) -> Version:
    """Take a recording out of a draft; its file goes when no other version has it. Raises as `add`."""
    with database.write() as session:
        version, _ = store.find_draft(session, person, version_id, seen)
        track = _find(session, version, track_id)
        _note(session, person, version, "track.remove", track)
        session.delete(track)
    # only after the commit: a file left behind is no harm, a row without its file would be
    with database.write() as session:  # in the lock, so that nobody brings the same recording meanwhile
        if session.exec(select(Track.id).where(Track.sha256 == track.sha256).limit(1)).first() is None:
            sound_of(settings, track).unlink(missing_ok=True)
    return version


def copy(session: Session, source: Version, target: Version) -> None:
    """A new version begins with the recordings of the one before."""
    for track in tracks_of(session, source.id):
        session.add(Track.model_validate(track.model_dump(exclude={"id", "version_id"}) | {"version_id": target.id}))


def sound_of(settings: Settings, track: Track) -> Path:
    """The cleaned sound on disk."""
    return settings.track_dir / f"{track.sha256}.flac"


def arranged(programme: Arrangement, settings: Settings, tracks: Sequence[Track]) -> Arrangement:
    """The programme with its recordings, `tracks` in the order in which they sound."""
    spoken = [track for track in tracks if track.language != MUSIC]
    music = next((track for track in tracks if track.language == MUSIC), None)
    return programme.model_copy(
        update={
            "tracks": tuple(
                LanguageTrack(sound=sound_of(settings, track), language=track.language, title=track.title)
                for track in spoken
            ),
            "tracks_before_speech": sum(track.before_speech for track in spoken),
            "music_bed": MusicBed(sound=sound_of(settings, music)) if music else None,
        }
    )


def _find(session: Session, version: Version, track_id: str) -> Track:
    track = session.get(Track, track_id)
    if track is None or track.version_id != version.id:
        raise NotFoundError("Bản tin này không có bản ghi đó. Hãy tải lại trang.")
    return track


def _note(session: Session, person: Person, version: Version, act: str, track: Track) -> None:
    version.edit_count += 1
    session.add(version)
    session.flush()
    audit.record(
        session, person.id, act, version.id,
        track=track.id, language=track.language, title=track.title, sha256=track.sha256,
    )  # fmt: skip


def _title(tag: str) -> str:
    return language_name(tag) if tag == MUSIC else f"Bản tiếng {language_name(tag)}"
