"""No request may fill the disk or the memory: bodies beyond a limit are refused while they arrive."""

import json
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooMuchError(Exception):
    pass


class BodyLimit:
    """ASGI middleware: answers 413, also to a body that lies about its length. `larger`: end of a path → its own limit."""

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((most for end, most in self._larger.items() if scope["path"].endswith(end)), self._max_bytes)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        received, answered = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooMuchError
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        if not declared.isdigit() or int(declared) > most:
            await _refuse(send, most)
            return
        try:
            await self._app(scope, counted, noted)
        except _TooMuchError:
            if not answered:
                await _refuse(send, most)


async def _refuse(send: Send, most: int) -> None:
    message = f"Dữ liệu gửi lên lớn hơn {most // 1024 // 1024} MB. Hãy gửi tệp nhỏ hơn hoặc chia nhỏ."
    body = json.dumps({"error": {"code": "too_large", "message": message}}, ensure_ascii=False).encode()
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": body})
