"""HTTP to the station: downloads in two lanes, polls, reports. Each request carries the device's proof of itself."""

import errno
import threading
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import SimpleQueue
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from edge_agent.agent import Agent
from edge_agent.gate import EARLIEST_YEAR, LATEST_YEAR
from edge_agent.library import FolderLibrary
from edge_agent.ports import FetchOrder, FetchOutcome, Lane
from protocol.enrolment import EVENTS_PATH, POLL_PATH, PollRequest
from protocol.envelope import MAX_BYTES, Kind, seal
from protocol.keys import SigningKey
from protocol.messages import HttpProof

log = structlog.get_logger(__name__)

PROOF_LIFE = timedelta(minutes=5)
TIMEOUT = httpx.Timeout(20.0, connect=15.0)
"""Between two pieces of data, not of the whole: a narrow line is slow, not dead."""
LONGEST_ANSWER = MAX_BYTES * 3
"""Bytes of an answer to anything small: whoever stands between may send without end."""

Post = Callable[[Callable[[Agent], None]], None]


class Proof(httpx.Auth):
    """Signs each request. A box without a clock takes the time for its proof, and for nothing else, from a refusal's Date."""

    def __init__(self, key: SigningKey, station: str, now_s: Callable[[], float]) -> None:
        self._key = key
        self._station = station
        self._now_s = now_s
        self._hint_s = 0.0
        self._last_rev = 0
        self._lock = threading.Lock()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign, send; after a refusal once more with the time that the refusal names."""
        request.headers["Authorization"] = self._bearer(request)
        response = yield request
        said = response.headers.get("Date")
        if response.status_code in {401, 403} and said is not None and self._take_hint(said):
            request.headers["Authorization"] = self._bearer(request)
            yield request

    def _bearer(self, request: httpx.Request) -> str:
        now = datetime.fromtimestamp(self._now_s() + self._hint_s, UTC)
        with self._lock:
            self._last_rev = max(int(now.timestamp() * 1000), self._last_rev + 1)
            rev = self._last_rev
        body = HttpProof(method=request.method, path=request.url.path)
        token = seal(Kind.HTTP, body, key=self._key, audience=self._station, rev=rev, now=now, expires=now + PROOF_LIFE)
        return f"Bearer {token}"

    def _take_hint(self, said: str) -> bool:
        """Whether the refusal's time differs so much from ours that another try makes sense."""
        try:
            then = parsedate_to_datetime(said)
        except (ValueError, TypeError):
            return False
        if not EARLIEST_YEAR <= then.year <= LATEST_YEAR:  # whoever stands between may write anything there
            return False
        hint_s = then.timestamp() - self._now_s()
        useful = abs(hint_s - self._hint_s) > 30
        self._hint_s, self._last_rev = hint_s, 0
        return useful


class HttpWeb:
    """A thread for each lane of downloads, and one for everything small. `now_s` is the agent's own time."""

    def __init__(
        self,
        *,
        station_url: str,
        key: SigningKey,
        station: str,
        library: FolderLibrary,
        now_s: Callable[[], float],
        post: Post,
    ) -> None:
        self._base = station_url.rstrip("/") + "/"
        self._library = library
        self._post = post
        self._proof = Proof(key, station, now_s)
        self._client = httpx.Client(timeout=TIMEOUT)
        self._preferred: frozenset[str] = frozenset()
        self._lanes: dict[str, SimpleQueue[Callable[[], None]]] = {name: SimpleQueue() for name in (*Lane, "small")}
        for name, work in self._lanes.items():
            threading.Thread(target=_run, args=(work,), name=f"web-{name}", daemon=True).start()

    def fetch(self, order: FetchOrder) -> None:
        """Download in the order's lane."""
        self._lanes[order.lane].put(lambda: self._fetch(order))

    def prefer(self, sha256s: frozenset[str]) -> None:
        """Downloads of anything else end with the next bytes that come."""
        self._preferred = sha256s

    def poll(self, request: PollRequest) -> None:
        """Ask the station."""
        self._lanes["small"].put(lambda: self._poll(request))

    def post_events(self, token: str) -> None:
        """Hand a batch over."""
        self._lanes["small"].put(lambda: self._post_events(token))

    def _fetch(self, order: FetchOrder) -> None:
        outcome, detail = self.bring(order)
        self._post(lambda agent: agent.fetched(order.sha256, outcome, detail))

    def bring(self, order: FetchOrder) -> tuple[FetchOutcome, str]:
        """Bring a file into the library from the first address that has it; blocks. How it ended, and why."""
        outcome, detail = FetchOutcome.FAILED, "no address"
        for url in order.urls:
            if self._gives_way(order):
                return FetchOutcome.GAVE_WAY, ""
            try:
                outcome, detail = self._download(order, url)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # an address that is none, too
                outcome, detail = FetchOutcome.FAILED, f"{type(error).__name__}: {error}"
            except OSError as error:
                full = error.errno in {errno.ENOSPC, errno.EDQUOT}
                outcome, detail = FetchOutcome.NO_SPACE if full else FetchOutcome.FAILED, str(error)
            if outcome in {FetchOutcome.DONE, FetchOutcome.NO_SPACE}:
                break
        if outcome is FetchOutcome.FAILED and self._gives_way(order):
            outcome = FetchOutcome.GAVE_WAY
        return outcome, detail

    def _gives_way(self, order: FetchOrder) -> bool:
        preferred = self._preferred
        return bool(preferred) and order.sha256 not in preferred

    def _download(self, order: FetchOrder, url: str) -> tuple[FetchOutcome, str]:
        """Go on where the part on disk ends; a resumed file that turns out wrong is fetched once more from its beginning."""
        part = self._library.part(order.sha256)
        resumed = part.exists() and 0 < part.stat().st_size < order.size
        if not resumed:
            part.unlink(missing_ok=True)
        problem = self._stream(order, url)
        if problem:
            return FetchOutcome.FAILED, problem
        if self._library.take_in(order.sha256):
            return FetchOutcome.DONE, ""
        if resumed:
            return self._download(order, url)
        return FetchOutcome.BAD_HASH, url

    def _stream(self, order: FetchOrder, url: str) -> str:
        """Append what is missing to the part; the problem in words, empty when it is whole."""
        part = self._library.part(order.sha256)
        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
        address = urljoin(self._base, url)
        with self._client.stream("GET", address, headers=headers, auth=self._auth(address)) as response:
            if response.status_code == httpx.codes.PARTIAL_CONTENT and have:
                if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                    part.unlink()
                    return "another range than asked for"
            elif response.status_code == httpx.codes.OK:
                have = 0
            else:
                part.unlink(missing_ok=True)
                return f"HTTP {response.status_code}"
            with part.open("ab" if have else "wb") as file:
                for chunk in response.iter_raw():
                    have += len(chunk)
                    if have > order.size:
                        break
                    file.write(chunk)
                    if self._gives_way(order):
                        break
        return "" if have >= order.size else f"{have} of {order.size} bytes"

    def _poll(self, request: PollRequest) -> None:
        sent_mono_s = time.monotonic()
        token = self._small(POLL_PATH, request.model_dump_json(), "application/json")
        received_mono_s = time.monotonic()
        self._post(lambda agent: agent.polled(token, sent_mono_s, received_mono_s))

    def _post_events(self, token: str) -> None:
        answer = self._small(EVENTS_PATH, token, "application/jose")
        if answer:
            self._post(lambda agent: agent.posted(answer))

    def _small(self, path: str, content: str, kind: str) -> str | None:
        """POST; the answer's text, None if there was none worth reading."""
        address = urljoin(self._base, path)
        headers, said = {"Content-Type": kind}, b""
        try:
            with self._client.stream("POST", address, content=content, headers=headers, auth=self._proof) as response:
                for chunk in response.iter_bytes():
                    said += chunk
                    if len(said) > LONGEST_ANSWER:
                        break
        except httpx.HTTPError as error:
            log.info("station not reached", path=path, error=type(error).__name__)
            return None
        if response.status_code != httpx.codes.OK or len(said) > LONGEST_ANSWER:
            log.info("station refused", path=path, status=response.status_code, size=len(said))
            return None
        return said.decode("ascii", "replace")

    def _auth(self, address: str) -> Proof | None:
        """The proof is shown to the station only."""
        return self._proof if urlsplit(address)[:2] == urlsplit(self._base)[:2] else None


def _run(work: "SimpleQueue[Callable[[], None]]") -> None:
    while True:
        work.get()()
