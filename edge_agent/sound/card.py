"""The sound card, by miniaudio (just_playback): every voice is loaded into a player of its own before it is needed.

What is loaded before starts within a millisecond; what is spawned at its instant is an audible echo of its neighbour. miniaudio
reads no Opus, so the verified bytes are decoded to a WAV on a RAM disk: the first seconds before the voice counts as loaded, the
rest while it may sound already, for an emergency of three minutes must not wait until all of it is decoded. Voices that sound
together are mixed by the system (PulseAudio, PipeWire, dmix).
"""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import structlog
from just_playback import Playback
from just_playback.ma_result import MiniaudioError

from edge_agent.agent import Agent
from edge_agent.errors import SoundError
from edge_agent.library import FolderLibrary
from edge_agent.ports import LoadProblem
from edge_agent.sound.decoding import RATE_HZ, WAV_HEADER_BYTES, Sound, wav_header
from edge_agent.sound.loading import Loader
from edge_agent.sound.piped import PipedStream
from edge_agent.sound.streams import StreamPlayers
from protocol.jobs import Stream
from protocol.messages import Evidence

log = structlog.get_logger(__name__)

RAM_BYTES = 128 * 2**20
"""Decoded sound on the RAM disk at most, 22 minutes: a box of 512 MB has no more to give. What is longer is decoded to the card."""
WATCH_S = 0.02
"""How often the end of a voice is looked for."""
HEAD_FRAMES = RATE_HZ * 3
"""Decoded before a voice counts as loaded."""
STALL_S = 10.0
"""A card that has taken nothing for so long takes nothing any more; a busy sound server stumbles for a second or two."""
EARLY_MS = 500
"""So much before its end a sound may be when it has come to it: what lies in the buffers."""
SPIN_S = 0.002
"""The last stretch before an instant is waited in small steps: the kernel wakes a sleeper up to a millisecond late."""


@dataclass
class _Voice:
    playback: Playback
    file: Path
    length_ms: int
    take: int = 0
    due_mono_s: float | None = None
    """When it shall start; None if it has or need not."""
    sounding: bool = False
    paused_ms: int | None = None
    seen_ms: int = 0
    """How far it was at the last look."""
    moved_mono_s: float = 0.0
    """When it was seen to move last."""
    broken: bool = False
    """Its device is gone."""


def card_name() -> str | None:
    """The sound card that would be used; None if there is none.

    miniaudio itself always finds one: where there is none it plays into nothing. So kernel and sound server are asked first.
    """
    if not _kernel_plays() and not _server_listens():
        return None
    try:
        with contextlib.closing(Playback()):
            return "default"
    except MiniaudioError:
        return None


class CardOutput:
    """Implements `edge_agent.ports.Output`. Raises SoundError if there is no sound card."""

    evidence = Evidence.E2

    def __init__(
        self, ram: Path, disk: Path, library: FolderLibrary, post: Callable[[Callable[[Agent], None]], None]
    ) -> None:
        found = card_name()
        if found is None:
            raise SoundError(
                "Không tìm thấy card âm thanh. Hãy cắm USB audio hoặc kiểm tra HDMI, rồi chạy: loa agent doctor"
            )
        self.name = found
        self._ram, self._disk = ram, disk
        for folder in (ram, disk):
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob("*.wav"):
                left.unlink()
        self._post = post
        self._voices: dict[str, _Voice] = {}
        self._work = threading.Condition(threading.RLock())
        self._loader = Loader(library, self._take_in, self._close, post)
        self._streams = StreamPlayers(library, post)
        self._number = 0
        threading.Thread(target=self._run, name="card", daemon=True).start()

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Check, decode and open in a thread of its own."""
        self._loader.load(voice, sha256, chime=chime)

    def load_stream(self, voice: str, stream: Stream) -> None:
        """A player of its own."""
        self._streams.load(voice, stream)

    def start(self, voice: str, take: int, *, at_mono_s: float, from_ms: int, gain_db: float) -> None:
        """Play from the beginning, or go on where it was stopped."""
        if (player := self._streams.of(voice)) is not None:
            player.start(take, at_mono_s=at_mono_s, gain_db=gain_db)
            return
        with self._work:
            found = self._voices.get(voice)
            if found is None:
                return
            found.take, found.due_mono_s = take, at_mono_s
            if found.paused_ms is not None and from_ms == 0 < found.paused_ms:
                found.playback.stop()
                found.paused_ms = None
            found.playback.set_volume(min(1.0, 10 ** (gain_db / 20)))
            self._work.notify()

    def stop(self, voice: str) -> int | None:
        """At once; it can go on from here."""
        if (player := self._streams.of(voice)) is not None:
            return player.stop()
        with self._work:
            found = self._voices.get(voice)
            if found is None:
                return None
            found.due_mono_s = None
            if not found.sounding:
                return None
            found.paused_ms = _position_ms(found)
            found.sounding = False
            found.playback.pause()
            return found.paused_ms

    def position_ms(self, voice: str) -> int | None:
        """What the card has taken."""
        if (player := self._streams.of(voice)) is not None:
            return player.position_ms()
        with self._work:
            found = self._voices.get(voice)
            return _position_ms(found) if found is not None and found.sounding else None

    def set_gain(self, voice: str, gain_db: float) -> None:
        """Louder than the file is not possible here."""
        player = self._streams.of(voice)
        found = self._voices.get(voice)
        if player is not None:
            player.set_gain(gain_db)
        elif found is not None:
            found.playback.set_volume(min(1.0, 10 ** (gain_db / 20)))

    def unload(self, voice: str) -> None:
        """Close its player and delete its samples."""
        self._loader.forget(voice)
        self._streams.unload(voice)
        self._close(voice)

    def _close(self, voice: str) -> None:
        with self._work:
            found = self._voices.pop(voice, None)
        if found is None:
            return
        found.file.unlink(missing_ok=True)
        if found.broken:  # closing it may wait for ever for a sound server that has gone
            threading.Thread(target=found.playback.close, name="care-close", daemon=True).start()
        else:
            found.playback.close()

    def _take_in(self, voice: str, sound: Sound | PipedStream) -> None:
        """Decode to a file that miniaudio reads, and have it loaded."""
        assert isinstance(sound, Sound)  # streams have players of their own here
        self._number += 1
        file = self._room(sound.frames * 2) / f"{self._number}.wav"
        try:
            file.write_bytes(wav_header(sound.frames))
            os.truncate(file, WAV_HEADER_BYTES + sound.frames * 2)
            done = _decode(sound, file, 0, HEAD_FRAMES)
            playback = Playback(str(file))
        except (OSError, MiniaudioError, soundfile.LibsndfileError, RuntimeError) as error:
            file.unlink(missing_ok=True)
            raise SoundError(f"Không chuẩn bị được âm thanh để phát: {error}") from error
        found = _Voice(playback, file, sound.frames * 1000 // RATE_HZ)
        with self._work:
            self._voices[voice] = found
        if done < sound.frames:
            threading.Thread(
                target=self._decode_rest, args=(voice, found, sound, done), name="decode", daemon=True
            ).start()

    def _room(self, size: int) -> Path:
        """Where so many bytes more can lie."""
        with self._work:
            taken = sum(
                voice.length_ms * RATE_HZ // 500 for voice in self._voices.values() if voice.file.parent == self._ram
            )
        free = shutil.disk_usage(self._ram).free
        return self._ram if size <= RAM_BYTES - taken and size <= free // 2 else self._disk

    def _decode_rest(self, name: str, voice: _Voice, sound: Sound, done: int) -> None:
        """The rest of a voice, until it is all there or no longer wanted."""
        try:
            while done < sound.frames and self._voices.get(name) is voice:
                count = _decode(sound, voice.file, done, RATE_HZ * 5)
                if not count:
                    return
                done += count
        except (OSError, soundfile.LibsndfileError, RuntimeError) as error:
            detail = str(error)
            if self._voices.get(name) is voice:
                self._post(lambda agent: agent.voice_failed(name, LoadProblem.UNDECODABLE, detail))

    def _run(self) -> None:
        """Start what is due, notice what has ended."""
        while True:
            with self._work:
                now_s = time.monotonic()
                for name, voice in list(self._voices.items()):
                    if voice.due_mono_s is not None and voice.due_mono_s - now_s <= SPIN_S:
                        self._begin(name, voice)
                    elif voice.sounding:
                        self._watch(name, voice, now_s)
                due = [voice.due_mono_s for voice in self._voices.values() if voice.due_mono_s is not None]
                sounding = any(voice.sounding for voice in self._voices.values())
                wait_s = min([max(0.0, at - SPIN_S - time.monotonic()) for at in due], default=None)
                if sounding:
                    wait_s = WATCH_S if wait_s is None else min(wait_s, WATCH_S)
                if wait_s is None or wait_s > 0:
                    self._work.wait(wait_s)

    def _watch(self, name: str, voice: _Voice, now_s: float) -> None:
        """Notice its end, and that of a card which has been pulled out or stands still: then it has not come to its own."""
        still_ms = (now_s - voice.moved_mono_s) * 1000
        if voice.playback.active:
            if (position_ms := _position_ms(voice)) != voice.seen_ms:
                voice.seen_ms, voice.moved_mono_s = position_ms, now_s
            if still_ms < STALL_S * 1000:
                return
        voice.sounding = False
        if not voice.playback.active and voice.seen_ms + still_ms > voice.length_ms - EARLY_MS:
            self._tell_ended(name, voice)
            return
        voice.broken = True
        detail = f"the card stopped at {voice.seen_ms} of {voice.length_ms} ms"
        self._post(lambda agent: agent.voice_failed(name, LoadProblem.NO_OUTPUT, detail))

    def _begin(self, name: str, voice: _Voice) -> None:
        assert voice.due_mono_s is not None
        while (left_s := voice.due_mono_s - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.0002))
        voice.due_mono_s = None
        started_s = time.monotonic()
        try:
            if voice.paused_ms is None:
                voice.playback.play()
            else:
                voice.playback.resume()
        except MiniaudioError as error:
            detail = str(error)
            self._post(lambda agent: agent.voice_failed(name, LoadProblem.NO_OUTPUT, detail))
            return
        voice.paused_ms = None
        voice.sounding = True
        voice.seen_ms, voice.moved_mono_s = _position_ms(voice), started_s
        take = voice.take
        self._post(lambda agent: agent.voice_started(name, take, started_s))

    def _tell_ended(self, name: str, voice: _Voice) -> None:
        take, length_ms = voice.take, voice.length_ms
        self._post(lambda agent: agent.voice_ended(name, take, length_ms))


def _decode(sound: Sound, file: Path, at: int, frames: int) -> int:
    """Write the next samples of a sound into their place in a file that is there; how many there were."""
    block = sound.read(min(frames, sound.frames - at))
    with file.open("r+b") as samples:
        samples.seek(WAV_HEADER_BYTES + at * 2)
        samples.write((np.clip(block, -1.0, 1.0) * 32767).astype(np.int16).tobytes())
    return len(block)


def _position_ms(voice: _Voice) -> int:
    return max(0, min(voice.length_ms, int(voice.playback.curr_pos * 1000)))


def _kernel_plays() -> bool:
    """Whether ALSA has a device with a way out."""
    try:
        return "playback" in Path("/proc/asound/pcm").read_text()
    except OSError:
        return False


def _server_listens() -> bool:
    """Whether PulseAudio or PipeWire is there for this user."""
    if os.environ.get("PULSE_SERVER"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return runtime is not None and (Path(runtime) / "pulse" / "native").is_socket()
