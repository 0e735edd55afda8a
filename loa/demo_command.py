"""`loa demo`: the main job once, from a document to three speakers, and a report of what was measured."""

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loa.choices import Broker, Sink

if TYPE_CHECKING:
    from loa.demo.job import Aired
    from loa.demo.report import DemoReport
    from loa.demo.show import Show
    from loa.stage import Stage

_MOST_CER = 0.20


def demo(
    *,
    document: Annotated[Path | None, typer.Option(help="Văn bản của bạn; không có thì dùng thông báo mẫu.")] = None,
    sink: Sink = "auto",
    broker: Broker = "auto",
    folder: Annotated[Path, typer.Option(help="Nơi đặt mọi thứ của lần chạy này; của lần trước bị xóa.")] = Path(
        "var/demo"
    ),
) -> None:
    """Chạy trọn một lần: văn bản → kịch bản → giọng nói → duyệt → ba cụm loa → nhật ký phát."""
    from rich.console import Console

    from loa.children import ChildFailedError, Children
    from loa.client import ApiError
    from loa.demo.document import write_demo_document
    from loa.demo.folder import FolderError, fresh
    from loa.demo.job import DemoFailedError, air
    from loa.demo.report import DemoReport
    from loa.demo.show import Show
    from loa.stage import Stage, StageOptions
    from voices import VoiceError

    begun = time.monotonic()
    folder = folder.resolve()
    if document is not None and not document.is_file():
        raise typer.BadParameter(f"Không có tệp {document}", param_hint="--document")
    show = Show(Console())
    try:
        with fresh(folder, document):
            if document is None:
                document = folder / "thong-bao.docx"
                write_demo_document(document, datetime.now(UTC).astimezone().date())
            with Children(folder / "logs") as children:
                stage = Stage(StageOptions(folder=folder, sink=sink, broker=broker), children)
                stage.start_station()
                show.step(f"Đài {stage.url}, máy chủ tin {stage.station['broker']}")
                stage.set_up()
                stage.start_speakers()
                show.step("Ba cụm loa đã ghi danh và kết nối")
                aired = air(stage, document, show)
            report = _report(stage, document, aired, begun, show)
            report.write(folder / "report.json")
    except (DemoFailedError, FolderError, ChildFailedError, ApiError, VoiceError, OSError) as error:
        show.problem(str(error))  # a TimeoutError is an OSError, too
        if not isinstance(error, FolderError):  # then the folder is not ours to write in
            elapsed_s = round(time.monotonic() - begun, 1)
            failed = DemoReport(ok=False, document=str(document), elapsed_s=elapsed_s, problems=[str(error)])
            with contextlib.suppress(OSError):  # the full disk that may have ended it has been told already
                failed.write(folder / "report.json")
        raise typer.Exit(1) from error
    for problem in report.problems:
        show.problem(problem)
    if report.ok:
        show.step(
            f"Xong sau {report.elapsed_s:.0f} s; CER {report.heard_cer}; lệch giờ phát {report.start_spread_ms} ms"
        )
    raise typer.Exit(0 if report.ok else 1)


def _report(stage: "Stage", document: Path, aired: "Aired", begun: float, show: "Show") -> "DemoReport":
    """Look at the WAVs, listen to one, and judge."""
    from loa.demo.hearing import Output, hear, spread_ms
    from loa.demo.report import DemoReport, SpeakerReport

    speakers: list[SpeakerReport] = []
    onsets: list[float] = []
    sounded: list[tuple[dict[str, Any], Output]] = []
    due_s = datetime.fromisoformat(aired.occurrence["due_at"]).timestamp()
    for delivery in aired.occurrence["deliveries"]:
        output = Output.beside(Path(delivery["output"])) if delivery["output"] else None
        speakers.append(
            SpeakerReport(
                id=delivery["speaker_id"],
                state=delivery["state"],
                start_error_ms=delivery["start_error_ms"],
                played_ms=delivery["played_ms"],
                output=str(output.wav) if output else delivery["output"] or None,
                output_epoch=output.epoch if output else None,
            )
        )
        onset = output.onset(due_s - 1.0) if output else None
        if output is None or onset is None:
            continue
        onsets.append(onset)
        sounded.append((delivery, output))
    heard_cer = None
    if sounded:
        delivery, output = max(sounded, key=lambda each: each[0]["played_ms"] or 0)  # the one that played it all
        show.step(f"Máy nhận dạng đang nghe lại {delivery['speaker_id']} …")
        start_s = due_s + (delivery["start_error_ms"] or 0.0) / 1000
        heard_cer = round(hear(output, start_s, aired.production["timeline"]).cer, 4)
    problems = [f"{s.id}: {s.state}" for s in speakers if s.state != "PLAYED"]
    if not speakers:
        problems.append("Không có cụm loa nào")
    if heard_cer is None:
        problems.append("Không có bản ghi WAV nào để nghe lại (loa phát ra thiết bị âm thanh?)")
    elif heard_cer > _MOST_CER:
        problems.append(f"Nghe không đạt: CER {heard_cer} > {_MOST_CER}")
    return DemoReport(
        ok=not problems,
        document=str(document),
        script=aired.script,
        render_s=round(aired.production["render_s"], 2),
        audio_s=round(aired.production["duration_ms"] / 1000, 2),
        elapsed_s=round(time.monotonic() - begun, 1),
        broker=stage.station["broker"],
        speakers=speakers,
        heard_cer=heard_cer,
        start_spread_ms=spread_ms(onsets),
        problems=problems,
    )
