"""`loa bench play`: what comes out of two real agents' sound cards, on one clock."""

import json
import sys
from typing import Annotated, Any

import typer

_NAMES = {
    "skew_ms": "Lệch giữa hai loa",
    "start_error_ms": "Sai giờ phát",
    "preemption_ms": "Khẩn cấp chen vào bản tin",
    "fresh_emergency_ms": "Khẩn cấp, máy vừa khởi động",
}


def play(
    *,
    starts: Annotated[int, typer.Option(min=1, help="Số lần phát theo lịch.")] = 20,
    emergencies: Annotated[int, typer.Option(min=1, help="Số lần khẩn cấp chen vào bản tin đang phát.")] = 10,
    fresh: Annotated[int, typer.Option(min=1, help="Số lần khẩn cấp ngay sau khi máy khởi động lại.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Hai máy loa thật trên hai card âm thanh ảo, ghi trên cùng một đồng hồ: lệch, đúng giờ, chen ngang, khẩn cấp."""
    from loa.children import ChildFailedError
    from loa.client import ApiError
    from loa.two_cards.horns import lacking
    from loa.two_cards.run import Trials, run

    if missing := lacking():
        typer.echo(f"Thiếu {', '.join(missing)}. Hãy cài: apt install pulseaudio pulseaudio-utils", err=True)
        raise typer.Exit(1)
    try:
        report = run(Trials(starts=starts, emergencies=emergencies, fresh=fresh))
    except (ChildFailedError, ApiError, OSError) as error:  # a TimeoutError is an OSError, too
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _show(report)
    sys.exit(0 if report["ok"] else 1)


def _show(report: dict[str, Any]) -> None:
    print(f"{'':30} {'n':>4} {'p50':>8} {'p95':>8} {'max':>8} {'mức':>6} {'p95/mức':>8}   (ms)")
    for key, name in _NAMES.items():
        row = report[key]
        if row["n"]:
            figures = f"{row['p50']:8.2f} {row['p95']:8.2f} {row['max']:8.2f} {row['limit']:6.0f} {row['ratio']:8.3f}"
            print(f"{name:30} {row['n']:4} {figures} {'✓' if row['ok'] else '✗'}")
        else:
            print(f"{name:30} không nghe thấy lần nào ✗")
    lost = sum(report[key] for key in ("starts_not_heard", "preemptions_not_heard", "fresh_not_heard"))
    print(f"không nghe thấy {lost} lần; tải máy {report['load']}; {report['broker']}; mất {report['took_s']} s")
