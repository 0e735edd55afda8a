"""`loa bench exactly-once`: nothing lost and nothing heard twice while stations and broker are killed at random."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer


def exactly_once(
    *,
    database: Annotated[str, typer.Option(help="postgresql (ba tiến trình), sqlite (một), hoặc both.")] = "both",
    occurrences: Annotated[int, typer.Option(help="Số lượt phát.")] = 500,
    devices: Annotated[int, typer.Option(help="Số loa mô phỏng.")] = 30,
    kills: Annotated[int, typer.Option(help="Số lần kill -9.")] = 60,
    minutes: Annotated[float, typer.Option(help="Kéo dài bao lâu.")] = 4.0,
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Giữ nhật ký ở thư mục này.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Giết trạm và máy chủ MQTT bất kỳ lúc nào: không lượt nào mất, không lượt nào phát hai lần."""
    from loa.exactly_once.run import Scale, run

    if database not in {"postgresql", "sqlite", "both"}:
        raise typer.BadParameter("database: postgresql, sqlite, both")
    scale = Scale(devices=devices, occurrences=occurrences, kills=kills, minutes=minutes, seed=seed)
    chosen = {
        "postgresql": replace(scale, database="postgresql", stations=3),
        "sqlite": replace(scale, database="sqlite", stations=1),
    }
    reports = []
    for name in ("postgresql", "sqlite") if database == "both" else (database,):
        report = run(chosen[name], keep=keep / name if keep else None)
        reports.append(report)
        if not as_json:
            print("\n".join(f"{key:18} {value}" for key, value in report.items()), end="\n\n")
    if as_json:
        result = reports[0] if len(reports) == 1 else _together(reports)
        print(json.dumps(result, ensure_ascii=False))
    sys.exit(0 if all(report["ok"] for report in reports) else 1)


def _together(reports: list[dict[str, object]]) -> dict[str, object]:
    """Both runs as one, and each by itself."""
    added = ("occurrences", "kills", "lost", "duplicates_heard")
    return {
        "ok": all(report["ok"] for report in reports),
        **{name: sum(int(str(report[name])) for report in reports) for name in added},
        "p99_late_ms": max(float(str(report["p99_late_ms"])) for report in reports),
        "runs": reports,
    }
