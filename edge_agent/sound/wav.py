"""A sound device that is a file: keeps real time, and writes what came out and when.

One WAV from its epoch on, without a break: the sample at position p came out p / RATE_HZ seconds after `output_epoch` (Unix
seconds), which a small JSON file beside it states. Silence is a hole in the file and takes no room. Its header is right after every
write, so the file can be read while it grows and after kill −9. A later run of the agent goes on in the same file. After about
twelve hours a WAV's 32-bit sizes are full: `path-2` goes on with the very next sample, so what sounds is not broken off.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from edge_agent.agent import Agent
from edge_agent.identity import write_private
from edge_agent.library import FolderLibrary
from edge_agent.ports import LoadProblem
from edge_agent.sound.decoding import RATE_HZ, WAV_HEADER_BYTES, wav_header
from edge_agent.sound.loading import Loader
from edge_agent.sound.mixer import Begun, Happened, Mixer
from protocol.jobs import Stream
from protocol.messages import Evidence

log = structlog.get_logger(__name__)

BLOCK_FRAMES = RATE_HZ // 100
AHEAD_S = 0.08
"""How far before its instant a block is rendered: this sink's buffer. One that misses its instant is a gap, as on a sound card."""
LONGEST_FRAMES = (2**32 - 2**20) // 2
"""What a WAV's 32-bit sizes can hold: about twelve hours."""


@dataclass(frozen=True)
class Epoch:
    """When the file's first sample came out, on both clocks."""

    wall_s: float
    mono_s: float


class WavSink:
    """Implements `edge_agent.ports.Output`. `path` is the first file; one that is full or too old is followed by `path-2`."""

    def __init__(
        self, path: Path, library: FolderLibrary, boot_id: str, post: Callable[[Callable[[Agent], None]], None]
    ) -> None:
        self._first_path = path
        self._boot_id = boot_id
        self._post = post
        self._work = threading.Condition()
        self._mixer = Mixer(self._wake)
        self._loader = Loader(library, self._mixer.add, self._mixer.remove, post)
        self._closed = False
        self._next_frame = 0
        self._base_frame = 0
        """Frames are counted from the first file of this run; the present one begins at this frame."""
        self._size_frames = 0
        """Of the present file."""
        path, epoch = self._place()
        self._epoch = epoch
        self._open(path)
        self._next_frame = max(self._size_frames, self._frame_now())
        self._thread = threading.Thread(target=self._run, name="wav-sink", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ the port

    @property
    def evidence(self) -> Evidence:
        """No horn hangs on a file: all that is proven is that the sound ended."""
        return Evidence.E1

    @property
    def name(self) -> str:
        """The file."""
        return str(self._path)

    def load(self, voice: str, sha256: str, *, chime: bool = False) -> None:
        """Check and open in a thread of its own."""
        self._loader.load(voice, sha256, chime=chime)

    def load_stream(self, voice: str, stream: Stream) -> None:
        """Decoded by ffmpeg, mixed like everything else."""
        self._loader.load_stream(voice, stream)

    def start(self, voice: str, take: int, *, at_mono_s: float, from_ms: int, gain_db: float) -> None:
        """To the sample."""
        frame = round((at_mono_s - self._epoch.mono_s) * RATE_HZ)
        self._mixer.start(voice, take, frame=frame, from_ms=from_ms, gain_db=gain_db)

    def stop(self, voice: str) -> int | None:
        """Within a block."""
        return self._mixer.stop(voice)

    def position_ms(self, voice: str) -> int | None:
        """Of what was rendered."""
        return self._mixer.position_ms(voice)

    def set_gain(self, voice: str, gain_db: float) -> None:
        """Within a block."""
        self._mixer.set_gain(voice, gain_db)

    def unload(self, voice: str) -> None:
        """Forget it."""
        self._loader.forget(voice)
        self._mixer.remove(voice)

    def close(self) -> None:
        """Write no more."""
        self._closed = True
        self._wake()
        self._thread.join(1.0)

    # ------------------------------------------------------------ the file

    def _place(self) -> tuple[Path, Epoch]:
        """The newest file and its epoch if its time still runs, else the next one, which begins now."""
        path = self._first_path
        while path.exists():
            if (epoch := self._epoch_of(path)) is not None:
                return path, epoch
            path = self._next_path(path)
        epoch = Epoch(time.time(), time.monotonic())
        self._state_epoch(path, epoch)
        return path, epoch

    def _next_path(self, path: Path) -> Path:
        number = 1 if path == self._first_path else int(path.stem.removeprefix(f"{self._first_path.stem}-"))
        return self._first_path.with_stem(f"{self._first_path.stem}-{number + 1}")

    def _state_epoch(self, path: Path, epoch: Epoch) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {
            "output": str(path),
            "output_epoch": epoch.wall_s,
            "mono_epoch": epoch.mono_s,
            "boot_id": self._boot_id,
            "sample_rate": RATE_HZ,
        }
        write_private(path.with_suffix(".json"), json.dumps(about).encode())

    def _open(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._size_frames = max(0, (os.fstat(self._handle).st_size - WAV_HEADER_BYTES) // 2)
        self._write_header()

    def _roll(self, first_frame: int) -> None:
        """From this frame on in the next file."""
        shift_s = first_frame / RATE_HZ
        path = self._next_path(self._path)
        while path.exists():
            path = self._next_path(path)
        self._state_epoch(path, Epoch(self._epoch.wall_s + shift_s, self._epoch.mono_s + shift_s))
        os.close(self._handle)
        self._base_frame = first_frame
        self._open(path)
        log.info("next file", path=str(path))

    def _epoch_of(self, path: Path) -> Epoch | None:
        """The epoch of a file that can be gone on with."""
        try:
            about = json.loads(path.with_suffix(".json").read_text())
            wall_s, mono_s = float(about["output_epoch"]), float(about["mono_epoch"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if about.get("boot_id") != self._boot_id:
            mono_s = time.monotonic() - (time.time() - wall_s)
        elapsed_frames = (time.monotonic() - mono_s) * RATE_HZ
        return Epoch(wall_s, mono_s) if path.exists() and 0 <= elapsed_frames < LONGEST_FRAMES / 2 else None

    def _write_header(self) -> None:
        os.pwrite(self._handle, wav_header(self._size_frames), 0)

    # ------------------------------------------------------------ real time

    def _frame_now(self) -> int:
        return int((time.monotonic() - self._epoch.mono_s) * RATE_HZ)

    def _wake(self) -> None:
        with self._work:
            self._work.notify()

    def _run(self) -> None:
        while not self._closed:
            upcoming = self._mixer.upcoming_frame()
            with self._work:
                if upcoming is None:
                    self._work.wait(1.0)
                    continue
                block_frame = max(self._next_frame, upcoming)
                now_frame = self._frame_now()
                early_s = (block_frame - now_frame) / RATE_HZ - AHEAD_S
                if early_s > 0:
                    self._work.wait(early_s)
                    continue
            block_frame = max(block_frame, now_frame)  # nothing came out in between: the file says so, too
            self._write(block_frame)

    def _write(self, first_frame: int) -> None:
        if first_frame - self._base_frame + BLOCK_FRAMES > LONGEST_FRAMES:
            self._roll(first_frame)
        samples, happened = self._mixer.render(first_frame, BLOCK_FRAMES)
        os.pwrite(self._handle, samples.tobytes(), WAV_HEADER_BYTES + (first_frame - self._base_frame) * 2)
        self._next_frame = first_frame + BLOCK_FRAMES
        self._size_frames = max(self._size_frames, self._next_frame - self._base_frame)
        self._write_header()
        for each in happened:
            self._tell(each)

    def _tell(self, each: Happened) -> None:
        if isinstance(each, Begun):
            mono_s = self._epoch.mono_s + each.frame / RATE_HZ
            self._post(lambda agent: agent.voice_started(each.voice, each.take, mono_s))
        elif each.broken:
            self._post(lambda agent: agent.voice_failed(each.voice, LoadProblem.UNDECODABLE, each.broken))
        else:
            self._post(lambda agent: agent.voice_ended(each.voice, each.take, each.position_ms))
