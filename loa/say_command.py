"""`loa say`: text, a document or a list of lines becomes sound, without a station."""

import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from voices import Clip, SpeechSettings, SpokenSentence

_PAUSE_MS = {"clause": 180, "sentence": 450, "paragraph": 900}
_MOST_TEXT_ARGUMENT_CHARS = 250
"""A longer argument is no file name (names end at 255 bytes)."""
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
    workers: Annotated[int, typer.Option(min=1, max=16, help="Số tiến trình đọc song song (render workers).")] = 2,
) -> None:
    """Đọc thành tiếng (speak): loa say "Mời bà con đến họp lúc 19h30." -o hop.wav."""
    from reading import ReadingError
    from voices import SpeechSettings, VoiceError

    settings = SpeechSettings(speed=speed, pitch_st=pitch, comma_pause_ms=comma_pause_ms)
    try:
        if lines and out and not text and not output:
            failed = _say_lines(lines, out, voice, settings, workers)
        elif text and output and not lines and not out:
            _say_text(text, output, voice, settings, workers, chime=chime)
            failed = False
        else:
            raise typer.BadParameter("Dùng: loa say VĂN_BẢN -o TỆP, hoặc loa say --lines TỆP --out THƯ_MỤC.")
    except (VoiceError, ReadingError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    if failed:
        raise typer.Exit(1)


def _say_lines(lines: Path, folder: Path, voice: str, settings: "SpeechSettings", workers: int) -> bool:
    """One clip for each line that is not blank, speech only. A line that cannot be spoken gets none; whether there was one."""
    from reading import read_line
    from voices import SpokenSentence

    written = [line.strip() for line in lines.read_text("utf-8-sig").splitlines() if line.strip()]
    sentences = [SpokenSentence(text=read_line(line).spoken) for line in written]
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    with _clips(sentences, voice, settings, workers) as clips:
        for index, clip in clips:
            if len(clip.samples):
                _write_wav(folder / f"{index:02d}.wav", [(clip, 0)])
            else:
                failed = True
                print(f"Dòng {index + 1} không có chữ nào đọc được: {written[index][:80]}", file=sys.stderr)
    return failed


def _say_text(text: str, output: Path, voice: str, settings: "SpeechSettings", workers: int, *, chime: bool) -> None:
    sentences = _sentences(text)
    if output.suffix in {".opus", ".mp3"}:
        _produce(sentences, output, voice, settings, workers, chime=chime)
    elif output.suffix == ".wav":
        from voices import NothingToSayError

        with _clips(sentences, voice, settings, workers) as clips:
            spoken = [(clip, _PAUSE_MS[sentences[index].pause_after]) for index, clip in clips if len(clip.samples)]
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


def _produce(
    sentences: "Sequence[SpokenSentence]",
    output: Path,
    voice: str,
    settings: "SpeechSettings",
    workers: int,
    *,
    chime: bool,
) -> None:
    import shutil

    from voices import Arrangement, Studio, opus_to_mp3, produce

    with tempfile.TemporaryDirectory() as scratch, Studio(Path(scratch) / "clips", workers) as studio:
        arrangement = Arrangement(chime=chime)
        made = produce(sentences, Path(scratch), studio=studio, voice=voice, settings=settings, programme=arrangement)
        for notice in made.notices:
            print(notice, file=sys.stderr)
        if output.suffix == ".mp3":
            opus_to_mp3(made.opus, output)
        else:
            shutil.copyfile(made.opus, output)


@contextmanager
def _clips(
    sentences: "Sequence[SpokenSentence]", voice: str, settings: "SpeechSettings", workers: int
) -> "Iterator[Iterator[tuple[int, Clip]]]":
    """The clips as they are ready; an unspeakable sentence gives an empty one."""
    from voices import Studio

    with tempfile.TemporaryDirectory() as scratch, Studio(Path(scratch), workers) as studio:
        yield studio.render(sentences, voice=voice, settings=settings, on_unspeakable=lambda _: None)


def _write_wav(target: Path, clips: "Sequence[tuple[Clip, int]]") -> None:
    """(clip, pause after it in ms) … as 16-bit PCM mono at the voice's rate; no pause at the very end."""
    from voices.pcm import to_pcm16

    rate_hz = clips[0][0].rate_hz
    pause_ms = 0
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        for clip, pause_after_ms in clips:
            out.writeframes(b"\0\0" * (rate_hz * pause_ms // 1000))
            out.writeframes(to_pcm16(clip.samples).tobytes())
            pause_ms = pause_after_ms
