"""`loa bench station`: a whole station under thousands of devices over real MQTT."""

import json
from typing import Annotated

import typer


def station(
    *,
    devices: Annotated[list[int] | None, typer.Option(help="Số loa mô phỏng; lặp lại được.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đo đài: thời gian đưa một bản tin tới mọi loa, sự kiện mỗi giây, bộ nhớ, API."""
    from loa.station_load.run import run

    reports = []
    for count in devices or [1000, 5000]:
        report = run(count)
        reports.append(report)
        if not as_json:
            print("\n".join(f"{key:20} {value}" for key, value in report.items()), end="\n\n")
    if as_json:
        print(json.dumps({"runs": reports}, ensure_ascii=False))
