"""No request may fill the disk or the memory: bodies beyond a limit are refused while they arrive."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooMuchError(Exception):
    pass


class BodyLimit:
    """ASGI middleware: answers 413, also to a body that lies about its length."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        received, answered = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise _TooMuchError
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        if not declared.isdigit() or int(declared) > self._max_bytes:
            await self._refuse(send)
            return
        try:
            await self._app(scope, counted, noted)
        except _TooMuchError:
            if not answered:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        megabytes = self._max_bytes // 1024 // 1024
        message = f"Dữ liệu gửi lên lớn hơn {megabytes} MB. Hãy gửi tệp nhỏ hơn hoặc chia nhỏ văn bản."
        body = json.dumps({"error": {"code": "too_large", "message": message}}, ensure_ascii=False).encode()
        await send(
            {
                "type": "http.response.start",
                "status": 413,
                "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
            }
        )
        await send({"type": "http.response.body", "body": body})
