"""A client of the station's HTTP API, as any program would be one: the demo, the benchmarks and the tests speak through it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

T = TypeVar("T")


class ApiError(Exception):
    """The station refused; the message is its own Vietnamese sentence. `status` 0: it did not answer at all."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Client:
    """One signed-in person. A context manager; used by one thread at a time."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30.0)
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        """JSON of a GET; raises ApiError."""
        return self._answer(self._send("GET", path))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """JSON of a POST; raises ApiError."""
        return self._answer(self._send("POST", path, json=body or {}))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """JSON of a PATCH; raises ApiError."""
        return self._answer(self._send("PATCH", path, json=body))

    def upload(self, path: str, file: Path, fields: dict[str, str], *, name: str | None = None) -> Any:
        """JSON of a multipart POST of one file; raises ApiError."""
        with file.open("rb") as stream:
            files = {"file": (name or file.name, stream)}
            return self._answer(self._send("POST", path, files=files, data=fields, timeout=120.0))

    def download(self, path: str) -> bytes:
        """Bytes of a GET; raises ApiError."""
        answer = self._send("GET", path, timeout=120.0)
        if answer.is_error:
            self._answer(answer)
        return answer.content

    def sign_in(self, username: str, password: str) -> "Client":
        """A client signed in as that person."""
        return Client(self.url, self.post("/sign-in", {"username": username, "password": password})["token"])

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx.TransportError as error:
            message = f"Đài ở {self.url} không trả lời ({type(error).__name__}). Hãy xem đài còn chạy không."
            raise ApiError(0, "unreachable", message) from error

    @staticmethod
    def _answer(answer: httpx.Response) -> Any:
        try:
            body = answer.json()
        except ValueError:
            body = {}
        if answer.is_error:
            error = body.get("error", {}) if isinstance(body, dict) else {}
            raise ApiError(answer.status_code, error.get("code", "unknown"), error.get("message", answer.text[:200]))
        return body


def wait_for(question: Callable[[], T | None], *, seconds: float, what: str, every_s: float = 0.1) -> T:
    """The first answer that is not None; TimeoutError naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer is not None:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(every_s)
