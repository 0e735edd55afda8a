"""`loa bench chaos`: a simulated fleet in a hostile world, judged by a checker that knows nothing of the agent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


def chaos(
    *,
    seed: Annotated[int, typer.Option(help="Cùng số này thì cùng một thế giới, đến từng byte.")] = 1,
    devices: Annotated[int, typer.Option(min=1, help="Số loa mô phỏng.")] = 5,
    hours: Annotated[
        float, typer.Option(min=0.5, help="Số giờ gặp sự cố; sau đó ba giờ yên lành để hai bên khớp sổ.")
    ] = 48.0,
    out: Annotated[Path, typer.Option(help="Thư mục nhận history.jsonl và report.json.")] = Path("chaos"),
    as_json: Annotated[bool, typer.Option("--json", help="Chỉ in báo cáo JSON.")] = False,
) -> None:
    """Cho phần mềm loa thật chạy trong một thế giới mô phỏng đầy sự cố và kiểm xem nó có giữ lời không."""
    from rich.console import Console
    from rich.progress import Progress

    from loa.chaos.fleet import run

    if as_json:
        report = run(seed, devices, hours, out)
        print(report.model_dump_json())
    else:
        console = Console()
        with Progress(console=console) as progress:
            task = progress.add_task(f"{devices} loa × {hours:g} giờ, hạt giống {seed}", total=1.0)
            report = run(seed, devices, hours, out, lambda share: progress.update(task, completed=share))
        _tell(console, report.model_dump(mode="json"), out)
    if not report.ok:
        raise typer.Exit(1)


def _tell(console: "Console", report: dict[str, Any], out: Path) -> None:
    missed = ", ".join(f"{reason}: {number}" for reason, number in report["missed"].items())
    console.print(f"{report['device_days']:g} ngày loa, {report['jobs']} lượt phát, {report['played']} đã phát")
    console.print(f"không phát, có lý do: {missed or 'không có'}")
    for violation in report["violations"][:20]:
        console.print(
            f"[red]sai:[/red] {violation['fault']} {violation['device']} {violation['job_id'] or ''} {violation['detail']}"
        )
    verdict = "[green]không vi phạm[/green]" if report["ok"] else f"[red]{len(report['violations'])} vi phạm[/red]"
    console.print(f"{verdict}; sổ ở {out}")
