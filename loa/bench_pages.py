"""`loa bench pages`: how long the station takes over each page when it has a year of work behind it."""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import httpx

    from loa.station_load.year import Year

_LIMIT_MS = 100.0
_WARM = 2
_PARTS = (
    "/tinh-hinh",
    "/hom-nay",
    "/bang/moi",
    "/ky-thuat/bang",
    "/ban-tin?tim=hop+thon",
    "/xa/nhat-ky?truoc=5000",
    "/xa/nhat-ky/kiem-tra/ket-qua",
)
"""Parts that pages ask for again and again, and pages that are asked for in other words."""
_FEEDS = (
    "/api/v1/public/podcast.xml",
    "/api/v1/public/schedule.ics",
    "/api/v1/public/schedule",
    "/api/v1/public/archive",
)
_COOKIE = "loa_session"


def pages(
    *,
    times: Annotated[int, typer.Option(help="Mỗi trang hỏi bao nhiêu lần.")] = 20,
    only: Annotated[str, typer.Option("--page", help="Chỉ đo trang có đường dẫn này.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đo thời gian máy chủ làm mỗi trang khi đài đã có một năm dữ liệu. ratio ≤ 1 là đạt (100 ms)."""
    import httpx

    from loa.station_load.serving import serving
    from loa.station_load.year import Year
    from server.settings import Settings

    with tempfile.TemporaryDirectory(prefix="loa-bench-", ignore_cleanup_errors=True) as folder:
        year = Year(Settings(data_dir=Path(folder)))
        with serving(Path(folder)) as (url, _), httpx.Client(base_url=url, timeout=60.0) as client:
            measured = [
                _one(client, year.tokens.get(who, ""), who, path, times)
                for who, path in _asked(year)
                if only in {"", path}
            ]
    if as_json:
        print(json.dumps({"pages": measured, "load": round(os.getloadavg()[0], 1)}))
        return
    for page in sorted(measured, key=lambda page: page["p95"], reverse=True):
        print("{who:10} {path:50} {p50:7} {p95:7} ms  {bytes:8} B  ratio {ratio}".format(**page))


def _asked(year: "Year") -> list[tuple[str, str]]:
    """(who, path): every page of every role, the parts that refresh themselves, and pages of single things."""
    from loa.console_pages import PAGES

    single = [
        ("canbo", f"/ban-tin/{year.bulletin_id}"),
        ("canbo", f"/len-song/{year.version_id}"),
        ("canbo", f"/ban-tin/{year.bulletin_id}/ban/{year.version_id}/cach-doc"),
        ("lanhdao", f"/xa/nguoi/{year.people['truongthon'].id}"),
        ("kythuat", "/ky-thuat/loa-1-0"),
        ("kythuat", "/ky-thuat/loa-1-0?trong=thang"),
        ("", f"/nguoi-dan/nghe-lai/{year.version_id}"),
        *(("", path) for path in _FEEDS),
    ]
    pages = [(who or "", path) for who, paths in PAGES.items() for path in paths]
    parts = [
        ("kythuat" if path.startswith("/ky-thuat") else "lanhdao" if "/xa/" in path else "canbo", path)
        for path in _PARTS
    ]
    return [*pages, *parts, *single]


def _one(client: "httpx.Client", token: str, who: str, path: str, times: int) -> dict[str, Any]:
    from loa.distribution import distribution

    taken_ms = []
    for number in range(-_WARM, times):
        began = time.perf_counter()
        answer = client.get(path, headers={"Cookie": f"{_COOKIE}={token}"} if token else {})
        if number >= 0:
            taken_ms.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return {"who": who, "path": path, "bytes": len(answer.content), **distribution(taken_ms, limit=_LIMIT_MS)}
