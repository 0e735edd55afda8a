"""The render queue's workers: one for ordinary bulletins, one that what is urgent need not wait for."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from protocol.priorities import Priority
from server import notices, room
from server.bulletins import store
from server.database import Database
from server.productions import orders
from server.productions.listening import Listening, OpenEar
from server.productions.preview import Preview
from server.productions.recipe import recipe_of
from server.productions.watch import Watch
from server.settings import Settings
from server.tables import Bulletin, EarStatus, Person, Production, Version
from voices import Lane, ProductionCancelledError, Studio, TimelineEntry, VoiceError, produce
from voices import Production as Made
from voices.files import sweep

log = structlog.get_logger(__name__)
_IDLE_S = 1.0
_RETRY_S = 5.0
_GRACE_S = 5.0
"""What is half-made is given back within this; a long mastering is cut off with its worker."""
_FORGOTTEN_S = 86_400.0
"""Half-made files of other processes are theirs for a day."""
_NO_WORDS = "Âm thanh này không do máy đọc nên máy không nghe kiểm tra được. Hãy tự nghe."

_UNEXPECTED = "Dựng tiếng gặp lỗi ngoài dự kiến. Hãy thử lại; nếu vẫn lỗi, hãy báo kỹ thuật."


@dataclass(frozen=True)
class _Bench:
    lane: Lane
    priorities: frozenset[Priority]


_BENCHES = (
    _Bench("bulk", frozenset({Priority.NORMAL, Priority.RELAY})),
    _Bench("interactive", frozenset({Priority.EMERGENCY, Priority.URGENT})),
)


class Workshop:
    """Makes the audio that is ordered, and has it heard. `on_change` is told a version's id whenever its audio moved on; it
    must not block. Without `open_ear` nothing is checked by ear, and every audio says why: `no_ear`.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        studio: Studio,
        *,
        open_ear: OpenEar | None = None,
        no_ear: str = "",
        on_change: Callable[[str], None] = lambda _version_id: None,
    ) -> None:
        self.studio = studio
        self.preview = Preview(studio)
        self._listening = Listening(settings, database, studio, open_ear, on_change) if open_ear else None
        self._no_ear = no_ear
        self._settings = settings
        self._database = database
        self._on_change = on_change
        self._stopping = threading.Event()
        self._wake = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._watches: dict[str, Watch] = {}

    def start(self) -> None:
        """Take up what was ordered or left half-made, and whatever comes."""
        alone = self._database.engine.dialect.name == "sqlite"
        for folder in self._settings.data_dir.glob("*/"):
            sweep(folder, older_than_s=0.0 if alone else _FORGOTTEN_S)
        if alone:  # no other process can be working on them
            with self._database.write() as session:
                orders.release_all(session)
        if self._listening:
            self._listening.start()
        for bench in _BENCHES:
            thread = threading.Thread(target=self._work, args=(bench,), name=f"workshop-{bench.lane}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Give back what is half-made and end the workers."""
        self._stopping.set()
        if self._listening:
            self._listening.leave()
        self.kick()
        for thread in self._threads:
            thread.join(timeout=_GRACE_S)
        if self._listening:
            self._listening.stop()
        self.studio.close()

    def kick(self) -> None:
        """Something was ordered: look now."""
        with self._wake:
            self._wake.notify_all()

    def drop(self, production_id: str) -> None:
        """An order was stopped: whoever works on it ends now rather than at the next look."""
        if watch := self._watches.get(production_id):
            watch.drop()

    def _work(self, bench: _Bench) -> None:
        while not self._stopping.is_set():
            try:
                worked = self._next(bench.priorities, bench.lane)
            except OperationalError as error:
                log.warning("Database did not answer the workshop", error=str(error))
                worked = False
                self._stopping.wait(_RETRY_S)
            except Exception:  # without this thread nothing would ever be made again
                log.exception("The workshop stumbled", lane=bench.lane)
                worked = False
                self._stopping.wait(_RETRY_S)
            if not worked:
                with self._wake:
                    self._wake.wait(_IDLE_S)

    def _next(self, priorities: Collection[Priority], lane: Lane) -> bool:
        if room.is_scarce(self._settings):  # an emergency is worth the last of the disk, the rest waits
            priorities = [priority for priority in priorities if priority is Priority.EMERGENCY]
        with self._database.read() as session:  # the write lock is taken only when there is something
            if not orders.waiting(session, priorities):
                return False
        with self._database.write() as session:
            claimed = orders.claim(session, priorities)
        if claimed is None:
            return False
        production, version, bulletin = claimed
        watch = Watch(
            self._database,
            self._stopping,
            lambda session, done: orders.progress(session, production.id, done),
            lambda: self._on_change(version.id),
        )
        self._watches[production.id] = watch
        try:
            self._make(production, version, bulletin, lane, watch)
        except OperationalError:
            raise
        except Exception:  # whatever one bulletin provokes, the next must be made
            log.exception("Rendering ended unexpectedly", version=version.id)
            with self._database.write() as session:
                orders.fail(session, production.id, _UNEXPECTED)
        finally:
            del self._watches[production.id]
        self._on_change(version.id)
        if self._listening:
            self._listening.kick()
        return True

    def _make(self, production: Production, version: Version, bulletin: Bulletin, lane: Lane, watch: Watch) -> None:
        with self._database.read() as session:
            recipe = recipe_of(session, self._settings, version)
        log.info("Rendering", version=version.id, sentences=len(recipe.sentences), voice=production.voice)
        self._on_change(version.id)
        try:
            made = produce(
                recipe.sentences,
                self._settings.audio_dir,
                studio=self.studio,
                voice=production.voice,
                settings=recipe.speech,
                programme=recipe.programme,
                on_progress=watch.report,
                cancelled=watch.unwanted,
                lane=lane,
                fallbacks=[voice for voice in self._settings.fallback_voices if voice != production.voice],
            )
        except ProductionCancelledError:
            self._given_up(production.id)
        except VoiceError as error:
            if self._stopping.is_set():  # the workers were ended under it
                self._given_up(production.id)
                return
            log.warning("Rendering failed", version=version.id, error=str(error))
            with self._database.write() as session:
                orders.fail(session, production.id, str(error))
                _tell_author(session, bulletin, production, "audio-failed", f"Chưa dựng được tiếng. {error}")
        else:
            self._finished(production, bulletin, made)

    def _finished(self, production: Production, bulletin: Bulletin, made: Made) -> None:
        listens = self._listening is not None and bulletin.sound is None
        unheard = _NO_WORDS if bulletin.sound else self._no_ear
        with self._database.write() as session:
            orders.finish(
                session,
                production.id,
                sha256=made.sha256,
                bytes=made.bytes,
                duration_ms=made.duration_ms,
                timeline=[entry.model_dump(mode="json") for entry in made.timeline],
                loudness_lufs=made.loudness_lufs,
                true_peak_dbtp=made.true_peak_dbtp,
                render_s=made.render_s,
                spoken_by=made.voice,
                notices=list(made.notices),
                ear_status=EarStatus.WAITING if listens else EarStatus.UNCHECKED,
                ear_note="" if listens else unheard,
            )
            if made.voice != production.voice:
                _tell_author(session, bulletin, production, "other-voice", " ".join(made.notices))

    def _given_up(self, production_id: str) -> None:
        with self._database.write() as session:
            (orders.give_back if self._stopping.is_set() else orders.cancel)(session, production_id)


def _tell_author(session: Session, bulletin: Bulletin, production: Production, kind: str, text: str) -> None:
    author = session.get_one(Person, bulletin.author_id)
    notices.tell(session, author, kind, production.id, f"“{bulletin.title}”: {text}", f"/ban-tin/{bulletin.id}")


def sounding_sentences(version: Version, timeline: list[dict[str, object]]) -> list[dict[str, object]]:
    """The timeline with the id of the script's sentence in every entry ("" for a chime or call)."""
    ids = [sentence.id for sentence in store.script_of(version).aloud]
    entries = [TimelineEntry.model_validate(entry) for entry in timeline]
    return [
        {**entry.model_dump(), "sentence_id": ids[entry.index] if 0 <= entry.index < len(ids) else ""}
        for entry in entries
    ]
