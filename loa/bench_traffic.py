"""`loa bench traffic`: what a speaker's month costs on a mobile network."""

import json
import sys
from typing import Annotated, Any

import typer


def traffic(*, as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False) -> None:
    """Đếm byte thật giữa một máy loa, máy chủ tin và đài (chừng 6 phút), rồi tính ra một tháng 20 bản tin 3 phút mỗi ngày."""
    from loa.children import ChildFailedError
    from loa.client import ApiError
    from loa.traffic.session import run

    try:
        report = run(lambda words: typer.echo(words, err=True))
    except (ChildFailedError, ApiError, OSError) as error:  # a TimeoutError is an OSError, too
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _show(report)
    sys.exit(0 if report["ok"] else 1)


def _show(report: dict[str, Any]) -> None:
    print(f"{'':14} {'MB':>8} {'TLS':>8} {'+TCP/IP':>8}   (TLS có trong cột đầu; TCP/IP thì không)")
    for kind, size_mb in report["by_kind_mb"].items():
        print(f"{kind:14} {size_mb:8.2f} {report['tls_of_it_mb'][kind]:8.2f} {report['tcp_ip_headers_mb'][kind]:8.2f}")
    for name, key in (("tất cả", "all"), ("trừ âm thanh", "not_audio")):
        limit = f"{report[f'{key}_limit_mb']} MB = {report[f'{key}_ratio']}"
        print(f"{name:14} {report[f'{key}_mb']:8.1f} / {limit}; cả TCP/IP {report[f'{key}_with_headers_mb']} MB")
    print(
        f"kế hoạch {report['manifest_bytes']}; nếu lập trước một tuần: {report['manifests_if_planned_a_week_ahead_mb']} MB"
    )
    print(f"giả định: {report['assumed']}")
    print(f"đo được: {report['measured']}")
