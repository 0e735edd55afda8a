"""Sound that is sent while it is being made."""

from collections.abc import Generator, Mapping
from itertools import chain

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class SoundStream(StreamingResponse):
    """`first` and what `sound` still makes. `sound` is closed however the sending ends: who hangs up makes room for the next.

    Left to the garbage collector, a generator whose listener has gone may live, and hold its place, for ever.
    """

    def __init__(
        self, first: bytes, sound: Generator[bytes, None, None], *, media_type: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(chain((first,), sound), media_type=media_type, headers=headers)
        self._sound = sound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; `sound` is never at work in a thread any more when this ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._sound.close()
