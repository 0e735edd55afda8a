"""Whether a job was heard: the amplifier's current (E3), and a microphone that recognises the job's own sound (E4).

A recording of a few seconds is compared with what should be sounding at that moment, and thrown away: nothing that the village
says is kept or sent.
"""

import threading
import time
from collections.abc import Callable

import structlog

from edge_agent.agent import Agent
from edge_agent.library import FolderLibrary
from edge_agent.sound import acoustics
from edge_agent.sound.decoding import RATE_HZ, BadHashError, UndecodableError
from edge_agent.sound.loading import open_sound
from edge_agent.sound.selftest import Recorder
from protocol.messages import Evidence

log = structlog.get_logger(__name__)

SETTLE_S = 1.0
"""From the first frame until an amplifier draws its current."""
LISTEN_S = 4.0
EXPECT_S = LISTEN_S + acoustics.LATE_S + 1.0


class BoxWitness:
    """Implements `edge_agent.ports.Witness`. `ear` records, `draws` tells of current; None is what this box has not."""

    def __init__(
        self,
        library: FolderLibrary,
        ear: Recorder | None,
        draws: Callable[[], bool] | None,
        post: Callable[[Callable[[Agent], None]], None],
    ) -> None:
        self._library = library
        self._ear = ear
        self._draws = draws
        self._post = post
        self._busy = threading.Lock()

    def attend(self, voice: str, sha256: str, position_ms: int, *, chime: bool) -> None:
        """In a thread of its own; one voice at a time."""
        if self._busy.acquire(blocking=False):
            arguments = (voice, sha256, position_ms, chime)
            threading.Thread(target=self._run, args=arguments, name="witness", daemon=True).start()

    def _run(self, voice: str, sha256: str, position_ms: int, chime: bool) -> None:
        try:
            if self._draws is not None:
                time.sleep(SETTLE_S)
                position_ms += round(SETTLE_S * 1000)
                if self._draws():
                    self._post(lambda agent: agent.voice_witnessed(voice, Evidence.E3))
            if self._ear is not None and self._heard(self._ear, sha256, position_ms, chime=chime):
                self._post(lambda agent: agent.voice_witnessed(voice, Evidence.E4))
        except (OSError, BadHashError, UndecodableError) as error:
            log.warning("no witness", voice=voice, error=str(error))
        finally:
            self._busy.release()

    def _heard(self, ear: Recorder, sha256: str, position_ms: int, *, chime: bool) -> bool:
        recording = ear(lambda: None, LISTEN_S)
        sound = open_sound(self._library, sha256, chime=chime)
        sound.seek(position_ms * RATE_HZ // 1000)
        score = acoustics.recognised(recording, sound.read(round(EXPECT_S * RATE_HZ)))
        log.info("listened", score=score)
        return score >= acoustics.HEARD
