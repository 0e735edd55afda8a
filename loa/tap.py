"""A TCP proxy on loopback that looks at what passes: benchmarks count and date real bytes with it, neither side knows."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Passed:
    """Bytes that were handed on in one piece: at `mono_s` (monotonic seconds), on connection number `line`."""

    line: int
    up: bool
    """From the one who dialled."""
    data: bytes
    mono_s: float


class Tap:
    """A context manager. `look` is called for each piece, in the tap's own thread, just before it is handed on."""

    def __init__(self, host: str, port: int, look: Callable[[Passed], None]) -> None:
        self._target = (host, port)
        self._look = look
        self._lines = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tap", daemon=True)
        self._joints: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def __enter__(self) -> Self:
        """Listen; `port` is where."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._joined, "127.0.0.1", 0), self._loop
        ).result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut every line and end."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def lines(self) -> int:
        """Connections so far."""
        return self._lines

    async def _end(self) -> None:
        self._server.close()
        joints = dict(self._joints)
        for writer in joints.values():
            writer.transport.abort()
        await asyncio.gather(*joints)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._joints[task] = writer
        task.add_done_callback(self._joints.pop)
        line, self._lines = self._lines, self._lines + 1
        with contextlib.closing(writer):
            try:
                far_reader, far_writer = await asyncio.open_connection(*self._target)
            except OSError:
                return  # nobody there: the caller sees its line closed, as it would without us
            with contextlib.closing(far_writer):
                ways = (
                    asyncio.create_task(self._hand_on(line, reader, far_writer, up=True)),
                    asyncio.create_task(self._hand_on(line, far_reader, writer, up=False)),
                )
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)

    async def _hand_on(
        self, line: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK_BYTES):
                self._look(Passed(line, up, data, time.monotonic()))
                writer.write(data)
                await writer.drain()
