"""No request may fill the disk or the memory: bodies beyond a limit are refused while they arrive."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import StationError


class TooMuchError(StationError):
    """What was sent is larger than its address takes."""

    status = 413
    code = "too_large"


class BodyLimit:
    """ASGI middleware: answers 413, also to a body that lies about its length. `larger`: end of a path → its own limit.
    `refuse` makes the answer of a TooMuchError.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        refuse: Callable[[Request, Exception], Awaitable[Response]],
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._refuse = refuse
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((most for end, most in self._larger.items() if scope["path"].endswith(end)), self._max_bytes)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > most:
            await self._answer(scope, receive, send, _too_much(most))
            return
        received, answered = 0, False
        error: TooMuchError | None = None

        async def counted() -> Message:
            nonlocal received, error
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                error = _too_much(most)
                raise error
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            if answered or error is None:  # what the application answers to our error says less than the error
                answered = True
                await send(message)

        with suppress(TooMuchError):
            await self._app(scope, counted, noted)
        if error and not answered:
            await self._answer(scope, receive, send, error)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, error: TooMuchError) -> None:
        response = await self._refuse(Request(scope), error)
        response.headers["connection"] = "close"
        await response(scope, receive, send)


def _too_much(most: int) -> TooMuchError:
    return TooMuchError(f"Dữ liệu gửi lên lớn hơn {most // 1024 // 1024} MB. Hãy gửi tệp nhỏ hơn hoặc chia nhỏ.")
