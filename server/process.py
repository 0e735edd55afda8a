"""One station process on its port: found by others through `station.json`, ended by SIGTERM."""

import asyncio
import contextlib
import fcntl
import gc
import json
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from server import certificates
from server.app import create_app
from server.errors import StationError
from server.settings import Settings

log = structlog.get_logger(__name__)
_GRACE_S = 5
_RENEWED_S = 86_400.0


class AlreadyRunningError(StationError):
    """Another process holds the data folder or the port."""

    code = "already_running"


def run(settings: Settings, *, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT. `announce` is told the address once it answers.

    Port 0 takes a free port and keeps it for the next start: speakers remember the address. Raises AlreadyRunningError.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.data_dir / "station.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # freed by the kernel, also after kill -9
        except OSError as error:
            raise AlreadyRunningError(
                f"Một đài khác đang chạy với thư mục {settings.data_dir}. Hãy dừng đài đó trước."
            ) from error
        listener = _listen(settings.data_dir / "port", settings.host, settings.port)
        settings = replace(settings, port=listener.getsockname()[1])
        secure_listener = None
        if settings.https_port is not None:
            secure_listener = _listen(settings.data_dir / "https-port", settings.host, settings.https_port)
            settings = replace(settings, https_port=secure_listener.getsockname()[1])
        app = create_app(settings)
        server = _Server(
            _config(app),
            ready=lambda: _ready(settings, app.state.station.air.broker.name, announce),
            beside=_secure(app, settings, secure_listener) if secure_listener else None,
        )
        gc.collect()
        gc.freeze()  # modules and routes stay for ever: 255,000 objects, 154 ms each time that all are gone through
        for ending in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again once all is shut down
            signal.signal(ending, lambda *_: None)
        try:
            server.run(sockets=[listener])
        finally:
            _about(settings.data_dir).unlink(missing_ok=True)
            listener.close()
            if secure_listener:
                secure_listener.close()


def _config(app: FastAPI, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_S, server_header=False, **more
    )


def _secure(app: FastAPI, settings: Settings, listener: socket.socket) -> tuple["_Beside", socket.socket]:
    files = certificates.ensure(settings.tls_dir, settings.host)
    # the application is started and stopped by the plain one
    config = _config(app, lifespan="off", ssl_certfile=files.chain, ssl_keyfile=files.key)
    return _Beside(config, settings), listener


async def keep_certified(context: ssl.SSLContext, settings: Settings) -> None:
    """Once a day, without an end: a station may run longer than its certificate lasts, and get another address."""
    while True:
        await asyncio.sleep(_RENEWED_S)
        try:
            files = await asyncio.to_thread(certificates.ensure, settings.tls_dir, settings.host)
            context.load_cert_chain(files.chain, files.key)
        except (OSError, ValueError):
            log.exception("Certificate could not be renewed")


class _Beside(uvicorn.Server):
    """The same application over HTTPS; signals are the other's affair."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def main_loop(self) -> None:
        """Its certificate is looked after as long as it runs."""
        assert self.config.ssl is not None
        care = asyncio.create_task(keep_certified(self.config.ssl, self._settings))
        try:
            await super().main_loop()
        finally:
            care.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


class _Server(uvicorn.Server):
    """Tells when it answers, and has another beside it while it runs."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], beside: tuple[_Beside, socket.socket] | None
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._beside = beside
        self._running: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """After the application's own start."""
        await super().startup(sockets)
        if self.started:
            if self._beside:
                server, listener = self._beside
                self._running = asyncio.create_task(server.serve(sockets=[listener]))
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """The one beside first: the application must outlive it."""
        if self._beside and self._running:
            self._beside[0].should_exit = True
            await self._running
        await super().shutdown(sockets)


def _listen(kept: Path, host: str, wanted: int) -> socket.socket:
    port = wanted
    if port == 0 and kept.exists():
        port = int(kept.read_text())
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP: only then asyncio switches Nagle's algorithm off, which holds every answer back for up to 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AlreadyRunningError(
            f"Cổng {port} đang có chương trình khác dùng. Hãy chọn cổng khác bằng --port."
        ) from error
    listener.listen(128)
    listener.set_inheritable(False)
    if wanted == 0:
        kept.write_text(str(listener.getsockname()[1]))
    return listener


def _ready(settings: Settings, broker: str, announce: Callable[[str], None]) -> None:
    shown = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104  told apart, not bound
    url = f"http://{shown}:{settings.port}"
    about = {
        "url": url,
        "https_url": f"https://{shown}:{settings.https_port}" if settings.https_port else None,
        "pid": os.getpid(),
        "station": settings.station,
        "broker": broker,
    }
    path = _about(settings.data_dir)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(about, ensure_ascii=False))
    part.replace(path)
    announce(url)


def _about(data_dir: Path) -> Path:
    return data_dir / "station.json"
