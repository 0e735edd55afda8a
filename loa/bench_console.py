"""`loa bench console`: what each page weighs and when it can be used, on a slow computer with a slow connection."""

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

    from loa.stage import Stage

_SLOWER = 6
_BYTES_A_S = 1_500_000 // 8
_LATENCY_MS = 40
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ASKED = 20
_USABLE = """() => new Promise((done) => {
    const idle = () => requestIdleCallback(() => done(performance.now()));
    if (document.readyState === "complete") idle(); else addEventListener("load", idle);
})"""
"""Loaded and the first moment after it when the main thread has nothing to do, milliseconds from the start of the navigation."""


def console(
    *,
    only: Annotated[str, typer.Option("--page", help="Chỉ đo trang có đường dẫn này.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đo trang web của đài: máy chậm 6 lần, mạng 1,5 Mbit/s, từng vai trò, máy bàn và điện thoại."""
    from playwright.sync_api import sync_playwright

    from loa.children import Children
    from loa.stage import Stage, StageOptions

    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        typer.echo("✗ Chưa có trình duyệt Chromium (Debian: apt install chromium).", err=True)
        raise typer.Exit(1)
    with (
        tempfile.TemporaryDirectory() as name,
        Children(Path(name) / "logs") as children,
        sync_playwright() as playwright,
    ):
        stage = Stage(StageOptions(folder=Path(name) / "commune", sink="wav"), children)
        stage.start_station()
        stage.set_up()
        stage.start_speakers()
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        pages = _measure(stage, browser, only)
        browser.close()
    if as_json:
        print(json.dumps({"pages": pages}, ensure_ascii=False))
        return
    for page in pages:
        print(
            "{who:10} {path:22} {viewport:8} {bytes:8} B {requests:3} {usable_ms:6} ms  "
            "server {server_p95_ms:5} ms  axe {axe_serious}".format(**page)
        )


def _measure(stage: "Stage", browser: "Browser", only: str) -> list[dict[str, Any]]:
    from loa.console_pages import PAGES, SIZES

    measured = []
    for username, paths in PAGES.items():
        cookies = _sign_in(stage, browser, username) if username else []
        for size, (width, height) in SIZES.items():
            for path in paths:
                if only and path != only:
                    continue
                context = browser.new_context(
                    base_url=stage.url,
                    viewport={"width": width, "height": height},
                    locale="vi-VN",
                    service_workers="block",
                )
                context.add_cookies(cookies)
                page = context.new_page()
                facts = _load(page, context.new_cdp_session(page), path)
                facts["server_p95_ms"] = _server_p95_ms(context, path)
                measured.append({"path": path, "viewport": size, "who": username or "", **facts})
                context.close()
    return measured


def _load(page: "Page", devtools: "CDPSession", path: str) -> dict[str, Any]:
    """A first visit: nothing is in the cache."""
    from axe_playwright_python.sync_playwright import Axe

    sizes: list[float] = []
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    devtools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": _LATENCY_MS, "downloadThroughput": _BYTES_A_S, "uploadThroughput": _BYTES_A_S},
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(path, wait_until="commit")
    usable_ms = page.evaluate(_USABLE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    weight, requests = sum(sizes), len(sizes)
    findings = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [finding["id"] for finding in findings if finding["impact"] in {"serious", "critical"}]
    return {"bytes": round(weight), "requests": requests, "usable_ms": round(usable_ms), "axe_serious": len(grave)}


def _server_p95_ms(context: "BrowserContext", path: str) -> float:
    """Until the page's HTML is there, without the slow line; the 95th percentile of some, by requests of the same session."""
    from loa.distribution import percentile

    taken_ms = []
    for _ in range(_ASKED):
        began = time.perf_counter()
        context.request.get(path)
        taken_ms.append((time.perf_counter() - began) * 1000)
    return round(percentile(taken_ms, 95), 1)


def _sign_in(stage: "Stage", browser: "Browser", username: str) -> list[Any]:
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    page.goto("/dang-nhap")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(stage.passwords[username])
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/dang-nhap" not in url)
    cookies: list[Any] = context.cookies()
    context.close()
    return cookies
