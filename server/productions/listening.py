"""The ear of the station: it hears every finished audio, beside the rendering of the next, and keeps nobody waiting."""

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

from server.database import Database
from server.productions import hearings
from server.productions.recipe import recipe_of
from server.productions.watch import Watch
from server.settings import Settings
from server.tables import Production, Version
from voices import (
    Checked,
    ProductionCancelledError,
    Recogniser,
    Studio,
    TimelineEntry,
    VoiceError,
    check,
    listen,
)
from voices import Production as Made

log = structlog.get_logger(__name__)
OpenEar = Callable[[], AbstractContextManager[Recogniser]]
_LOOK_S = 1.0
_KEEP_S = 30.0
"""So long the recogniser's 240 MB stay loaded with nothing to hear."""
_RETRY_S = 5.0
_GRACE_S = 5.0
_UNEXPECTED = "Nghe kiểm tra gặp lỗi ngoài dự kiến. Hãy tự nghe lại trước khi gửi duyệt."


class Listening:
    """Hears what `hearings` has waiting, in a thread of its own; the recogniser itself runs in its own process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        studio: Studio,
        open_ear: OpenEar,
        on_change: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._studio = studio
        self._open_ear = open_ear
        self._on_change = on_change
        self._stopping = threading.Event()
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="listening", daemon=True)

    def start(self) -> None:
        """Take up what waits, and whatever comes."""
        if self._database.engine.dialect.name == "sqlite":  # no other process can be listening
            with self._database.write() as session:
                hearings.release_all(session)
        self._thread.start()

    def leave(self) -> None:
        """Begin to end: what is being heard is given back."""
        self._stopping.set()
        self.kick()

    def stop(self) -> None:
        """End."""
        self.leave()
        self._thread.join(timeout=_GRACE_S)

    def kick(self) -> None:
        """Something is ready: listen now."""
        with self._wake:
            self._wake.notify_all()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._something_waits():
                    with self._open_ear() as ear:
                        self._hear_all(ear)
            except OperationalError as error:
                log.warning("Database did not answer the ear", error=str(error))
                self._stopping.wait(_RETRY_S)
            except Exception:  # without this thread nothing would ever be heard again
                log.exception("The ear stumbled")
                self._stopping.wait(_RETRY_S)
            self._pause()

    def _hear_all(self, ear: Recogniser) -> None:
        idle_since = time.monotonic()
        while not self._stopping.is_set() and time.monotonic() - idle_since < _KEEP_S:
            if not self._something_waits():
                self._pause()
                continue
            with self._database.write() as session:
                claimed = hearings.claim(session)
            if claimed is not None:
                self._hear(*claimed, ear)
                self._on_change(claimed[1].id)
            idle_since = time.monotonic()

    def _something_waits(self) -> bool:
        with self._database.read() as session:  # the write lock is taken only when there is something
            return hearings.waiting(session)

    def _pause(self) -> None:
        with self._wake:
            if not self._stopping.is_set():
                self._wake.wait(_LOOK_S)

    def _hear(self, production: Production, version: Version, ear: Recogniser) -> None:
        watch = Watch(self._database, self._stopping, lambda session, _: hearings.renew(session, production.id))
        try:
            if hearings.may_retake(version) and self._improved(production, version, ear, watch):
                return
            made = _made(production, self._settings.audio_dir)
            report = listen(made.opus, made.timeline, ear=ear, cancelled=watch.unwanted)
        except ProductionCancelledError:
            with self._database.write() as session:
                if self._stopping.is_set():
                    hearings.give_back(session, production.id)
                else:
                    hearings.unheard(session, production.id, hearings.OUTDATED)
        except VoiceError as error:
            log.warning("Audio could not be heard", production=production.id, error=str(error))
            with self._database.write() as session:
                hearings.unheard(session, production.id, str(error))
        except OperationalError:
            raise
        except Exception:  # whatever one audio provokes, the next must be heard
            log.exception("Hearing ended unexpectedly", production=production.id)
            with self._database.write() as session:
                hearings.unheard(session, production.id, _UNEXPECTED)
        else:
            with self._database.write() as session:
                hearings.heard(session, production.id, report)

    def _improved(self, production: Production, version: Version, ear: Recogniser, watch: Watch) -> bool:
        """Listen and say again what was not understood. False: the audio must be listened to as it is."""
        with self._database.read() as session:
            recipe = recipe_of(session, self._settings, version)
        with tempfile.TemporaryDirectory(dir=self._settings.audio_dir, prefix=".tmp-") as folder:
            try:
                checked: Checked = check(
                    _made(production, self._settings.audio_dir),
                    recipe.sentences,
                    Path(folder),
                    studio=self._studio,
                    settings=recipe.speech,
                    programme=recipe.programme,
                    cancelled=watch.unwanted,
                    ear=ear,
                )
            except ProductionCancelledError:
                raise
            except VoiceError as error:
                log.warning("No second take", production=production.id, error=str(error))
                return False
            with self._database.write() as session:
                if checked.retaken:
                    return hearings.replace_audio(session, production.id, checked, self._settings.audio_dir)
                hearings.heard(session, production.id, checked.heard)
                return True


def _made(production: Production, audio_dir: Path) -> Made:
    """The row as the voices room's own model."""
    assert production.sha256 is not None
    return Made(
        opus=audio_dir / f"{production.sha256}.opus",
        sha256=production.sha256,
        bytes=production.bytes or 0,
        duration_ms=production.duration_ms or 0,
        timeline=tuple(TimelineEntry.model_validate(entry) for entry in production.timeline),
        loudness_lufs=production.loudness_lufs or 0.0,
        true_peak_dbtp=production.true_peak_dbtp or 0.0,
        render_s=production.render_s or 0.0,
        voice=production.spoken_by or production.voice,
        notices=tuple(production.notices),
    )
