"""`loa say`: text, a document or a list of lines becomes sound, without a station."""

import io
import json
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from typing import Self

    from voices import Clip, HeardSentence, Progress, Recogniser, SpeechSettings, SpokenSentence

_PAUSE_MS = {"clause": 180, "sentence": 450, "paragraph": 900}
_MOST_TEXT_ARGUMENT_CHARS = 250
"""A longer argument is no file name (names end at 255 bytes)."""
RETAKE_SHARE = 0.35
"""As much is said again on any machine where it was not understood: less than of a bulletin, nobody waits for that."""
MOST_RETAKE_SHARE = 0.9
"""On a machine that is fast enough: ..."""
RETAKES_WITHIN = 0.27
"""... while no more time has passed than this share of the time that the speech takes. It is to be a third when all is done."""
_MOST_KEPT_BYTES = 300_000_000
_STAGES = {"render": "Đọc", "master": "Chỉnh âm", "listen": "Nghe kiểm tra", "retake": "Đọc lại câu chưa rõ"}
_DOCUMENT_SUFFIXES = frozenset({".doc", ".docx", ".odt", ".rtf", ".pdf", ".txt", ".html", ".htm", ".jpg", ".png"})


def say(
    text: Annotated[str, typer.Argument(help="Câu cần đọc, hoặc một tệp văn bản (text, or a document).")] = "",
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Tệp .wav (chỉ tiếng nói), .opus hoặc .mp3 (đã chỉnh để phát)."),
    ] = None,
    lines: Annotated[Path | None, typer.Option(help="Tệp văn bản, mỗi dòng thành một tệp (one clip a line).")] = None,
    out: Annotated[Path | None, typer.Option(help="Thư mục cho --lines: 00.wav, 01.wav, …")] = None,
    voice: Annotated[str, typer.Option("--voice", "-V", help="Giọng đọc; xem “loa voices list”.")] = "kokoro-vi-nu",
    speed: Annotated[float, typer.Option(min=0.7, max=1.4, help="Nhanh hay chậm so với giọng gốc (speed).")] = 1.0,
    pitch: Annotated[
        float, typer.Option(min=-4, max=4, help="Cao hay thấp hơn, tính bằng nửa cung (semitones).")
    ] = 0.0,
    comma_pause_ms: Annotated[int, typer.Option(min=0, max=2000, help="Nghỉ ở dấu phẩy, mili giây.")] = 180,
    chime: Annotated[bool, typer.Option(help="Nhạc hiệu trước và sau, chỉ với .opus và .mp3.")] = False,
    check: Annotated[
        bool, typer.Option(help="Nghe kiểm tra từng câu, đọc lại câu nghe không rõ (hear it, retake what is unclear).")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Với --lines: in mỗi dòng một đối tượng JSON: tệp, CER, WER, nghe được gì.")
    ] = False,
    cache: Annotated[
        Path | None,
        typer.Option(help="Nơi giữ những gì đã đọc và đã nghe (cache); mặc định trong thư mục của Loa Làng."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Số tiến trình đọc song song (render workers).")] = 2,
) -> None:
    """Đọc thành tiếng (speak): loa say "Mời bà con đến họp lúc 19h30." -o hop.wav."""
    one = text and output and not (lines or out or as_json)
    many = lines and out and not (text or output)
    if not one and not many:
        raise typer.BadParameter("Dùng: loa say VĂN_BẢN -o TỆP, hoặc loa say --lines TỆP --out THƯ_MỤC [--json].")

    from voices import SpeechSettings, VoiceError

    settings = SpeechSettings(speed=speed, pitch_st=pitch, comma_pause_ms=comma_pause_ms)
    with _Booth(voice, settings, workers, cache, check=check) as booth:
        booth.warm_up(workers if lines else 1)

        from reading import ReadingError  # takes a while, during which voice and ear are loaded

        try:
            failed = _say_lines(lines, out, booth, as_json=as_json) if lines and out else False
            if output:
                _say_text(text, output, booth, chime=chime)
        except (VoiceError, ReadingError, OSError) as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from error
    if failed:
        raise typer.Exit(1)


def _say_lines(lines: Path, folder: Path, booth: "_Booth", *, as_json: bool) -> bool:
    """One clip for each line that is not blank, speech only. A line that cannot be spoken gets none; whether there was one."""
    from reading import read_line
    from voices import SpokenSentence

    written = [line.strip() for line in lines.read_text("utf-8-sig").splitlines() if line.strip()]
    sentences = [SpokenSentence(text=read_line(line).spoken) for line in written]
    folder.mkdir(parents=True, exist_ok=True)

    def write(index: int, clip: "Clip") -> None:
        if len(clip.samples):
            _write_wav(folder / _name(index), [(clip, 0)])

    failed = False
    for index, (clip, heard) in enumerate(booth.speak(sentences, write)):
        if not len(clip.samples):
            failed = True
            print(f"Dòng {index + 1} không có chữ nào đọc được: {written[index][:80]}", file=sys.stderr)
        if as_json:
            _print_json(_name(index) if len(clip.samples) else None, sentences[index].text, clip, heard)
    return failed


def _name(index: int) -> str:
    return f"{index:02d}.wav"


def _print_json(name: str | None, said: str, clip: "Clip", heard: "HeardSentence | None") -> None:
    row = {
        "file": name,
        "said": said,
        "duration_ms": clip.duration_ms,
        "heard": heard.heard if heard else None,
        "cer": round(heard.cer, 3) if heard else None,
        "wer": round(heard.wer, 3) if heard else None,
    }
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def _say_text(text: str, output: Path, booth: "_Booth", *, chime: bool) -> None:
    sentences = _sentences(text)
    if output.suffix in {".opus", ".mp3"}:
        booth.produce(sentences, output, chime=chime)
    elif output.suffix == ".wav":
        from voices import NothingToSayError

        spoken = [
            (clip, _PAUSE_MS[sentence.pause_after])
            for sentence, (clip, _) in zip(sentences, booth.speak(sentences), strict=True)
            if len(clip.samples)
        ]
        if not spoken:
            raise NothingToSayError("Không có chữ nào đọc được. Hãy kiểm tra lại văn bản.")
        _write_wav(output, spoken)
    else:
        raise typer.BadParameter(f"Không biết dạng “{output.suffix}”. Dùng .wav, .opus hoặc .mp3.")


def _sentences(text: str) -> "list[SpokenSentence]":
    from reading import document_from_text, read
    from voices import SpokenSentence

    if len(text) <= _MOST_TEXT_ARGUMENT_CHARS and Path(text).is_file():
        from reading.extraction import extract

        script = read(extract(Path(text)))
    elif Path(text).suffix.lower() in _DOCUMENT_SUFFIXES and len(text.split()) == 1:
        raise typer.BadParameter(f"Không có tệp {text}")
    else:
        script = read(document_from_text(text))
    return [SpokenSentence(text=sentence.spoken, pause_after=sentence.pause_after) for sentence in script.aloud]


class _Booth:
    """Who speaks and how, with an ear beside it where one is installed. What was said and heard once is remembered."""

    def __init__(
        self, voice: str, settings: "SpeechSettings", workers: int, cache: Path | None, *, check: bool
    ) -> None:
        from voices import Ear, Studio, ear_is_installed
        from voices.paths import data_home

        self._voice = voice
        self._settings = settings
        self._kept = cache or data_home() / "said"
        self._studio = Studio(self._kept / "clips", workers, max_cache_bytes=_MOST_KEPT_BYTES)
        self._ear = Ear() if check and ear_is_installed() else None
        self._began_s = time.monotonic()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        self._studio.close()
        if self._ear:
            self._ear.close()

    def warm_up(self, workers: int) -> None:
        """Load ear and voice, the latter in so many workers, while something else is done. Returns at once."""
        self._studio.prepare(self._voice, "bulk", workers)
        if self._ear:
            self._ear.prepare()

    def speak(
        self, sentences: "Sequence[SpokenSentence]", on_clip: "Callable[[int, Clip], None]" = lambda *_: None
    ) -> "list[tuple[Clip, HeardSentence | None]]":
        """Every sentence's best clip, an empty one where nothing can be spoken, and what the ear made of it.

        `on_clip` gets each clip as soon as there is one, and once more where a better one was made.
        """
        from voices.retakes import better_takes, hear_sentence

        clips: list[Clip] = []
        heard: dict[int, HeardSentence] = {}
        ear = self._listener()
        with _progress() as report:
            render = self._studio.render(
                sentences, voice=self._voice, settings=self._settings, on_unspeakable=lambda _: None, on_progress=report
            )
            for index, clip in render:
                clips.append(clip)
                on_clip(index, clip)
                if ear and len(clip.samples):
                    heard[index] = hear_sentence(clip, sentences[index], ear, index)
            if ear:
                until_s = self._began_s + RETAKES_WITHIN * sum(clip.duration_ms for clip in clips) / 1000
                better = better_takes(
                    sentences, heard, studio=self._studio, voice=self._voice, settings=self._settings, ear=ear,
                    share=RETAKE_SHARE, most_share=MOST_RETAKE_SHARE, in_time=lambda: time.monotonic() < until_s,
                    on_progress=report,
                )  # fmt: skip
                for index, take in better.items():
                    clips[index], heard[index] = take.clip, take.heard
                    on_clip(index, take.clip)
        return [(clip, heard.get(index)) for index, clip in enumerate(clips)]

    def produce(self, sentences: "Sequence[SpokenSentence]", output: Path, *, chime: bool) -> None:
        """A whole programme, mastered."""
        from voices import Arrangement, opus_to_mp3, produce
        from voices.checked import check
        from voices.files import copy_atomically

        with tempfile.TemporaryDirectory() as scratch, _progress() as report:
            arrangement, folder = Arrangement(chime=chime), Path(scratch)
            made = produce(
                sentences, folder, studio=self._studio, voice=self._voice, settings=self._settings,
                programme=arrangement, on_progress=report,
            )  # fmt: skip
            for notice in made.notices:
                print(notice, file=sys.stderr)
            if ear := self._listener():
                made = check(
                    made, sentences, folder, studio=self._studio, settings=self._settings, programme=arrangement,
                    ear=ear, on_progress=report,
                ).production  # fmt: skip
            if output.suffix == ".mp3":
                opus_to_mp3(made.opus, output)
            else:
                copy_atomically(made.opus, output)

    def _listener(self) -> "Recogniser | None":
        from voices.ear_memory import RememberingEar

        return RememberingEar(self._ear, self._kept / "heard") if self._ear else None


@contextmanager
def _progress() -> "Iterator[Callable[[Progress], None]]":
    """A bar on standard error for whoever watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {stage: bar.add_task(name, total=None, visible=False) for stage, name in _STAGES.items()}

        def report(progress: "Progress") -> None:
            bar.update(tasks[progress.stage], completed=progress.done, total=progress.total, visible=True)

        yield report


def _write_wav(target: Path, clips: "Sequence[tuple[Clip, int]]") -> None:
    """(clip, pause after it in ms) … as 16-bit PCM mono at the voice's rate; no pause at the very end. Whole, or not at all."""
    from voices.files import write_atomically
    from voices.pcm import to_pcm16

    rate_hz = clips[0][0].rate_hz
    pause_ms = 0
    content = io.BytesIO()
    with wave.open(content, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        for clip, pause_after_ms in clips:
            out.writeframes(b"\0\0" * (rate_hz * pause_ms // 1000))
            out.writeframes(to_pcm16(clip.samples).tobytes())
            pause_ms = pause_after_ms
    write_atomically(target, content.getvalue())
