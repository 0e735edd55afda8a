"""A whole commune on one machine: a station, its broker and three enrolled speakers, each its own process.

`loa demo`, `loa run` and the end-to-end tests stand on it. Everything goes over the station's HTTP API.
"""

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from edge_agent.enrolment import enrol
from edge_agent.errors import AgentError
from edge_agent.identity import IDENTITY_FILE, write_private
from loa.children import ChildFailedError, Children
from loa.choices import Broker, Sink
from loa.client import ApiError, Client, wait_for

COMMUNE = {"name": "Xã Khuổi Nằn", "code": "khuoi-nan"}
VILLAGES = ({"name": "Thôn Nà Ít", "code": "na-it"}, {"name": "Thôn Khuổi Khít", "code": "khuoi-khit"})
SPEAKERS = (
    ("loa-nha-van-hoa", "Loa nhà văn hóa Nà Ít"),
    ("loa-dau-cau", "Loa đầu cầu treo"),
    ("loa-cho", "Loa chợ Phiêng"),
)
SPEAKER_VILLAGE = "na-it"
_PEOPLE = (
    ("canbo", "Nông Thị Hoa", "officer", "khuoi-nan"),
    ("lanhdao", "Hoàng Văn Khuê", "leader", "khuoi-nan"),
    ("truongthon", "Lý Văn Páo", "village_head", "na-it"),
    ("kythuat", "Trần Minh Đức", "technician", "khuoi-nan"),
)
ANY_HOUR = {"allowed": [{"start": "00:00", "end": "00:00"}]}
"""A demo may run at night; a real commune sets its own hours."""
_START_S = 60.0
_AGENT_NICENESS = -5
"""As their unit has it: on a busy machine sound comes before work."""


@dataclass(frozen=True)
class StageOptions:
    """How to set the stage; port 0 is a free one."""

    folder: Path
    sink: Sink = "auto"
    broker: Broker = "auto"
    host: str = "127.0.0.1"
    port: int = 0
    voice: str | None = None


class Stage:
    """A commune with its processes. Made once per folder; starting it again finds its people, speakers and keys as they were."""

    def __init__(self, options: StageOptions, children: Children) -> None:
        self.options = options
        self.children = children
        self.station: dict[str, Any] = {}
        """What the station wrote about itself: url, pid, broker."""
        self._starts: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """The station's address."""
        return str(self.station["url"])

    @property
    def passwords(self) -> dict[str, str]:
        """Made at random when the commune was set up, kept for its owner's eyes in the folder."""
        return dict(json.loads(self._passwords_path.read_text()))

    def client(self, username: str) -> Client:
        """A client signed in as one of the commune's people."""
        with Client(self.url) as visitor:
            return visitor.sign_in(username, self.passwords[username])

    def wavs(self, speaker: str) -> list[Path]:
        """Where that speaker's recording sink wrote, one file each time it was started."""
        return [self._wav(speaker, start) for start in range(1, self._starts[speaker] + 1)]

    def start_station(self) -> None:
        """Start the station and wait until it answers."""
        about = self.data / "station.json"
        about.unlink(missing_ok=True)
        arguments = ["serve", "--data", str(self.data), "--host", self.options.host, "--port", str(self.options.port)]
        arguments += ["--broker", self.options.broker]
        environment = {"LOA_VOICE": self.options.voice} if self.options.voice else {}
        self.children.loa("station", arguments, environment)
        wait_for(
            lambda: self._answering(about), seconds=_START_S, what="đài không trả lời (the station does not answer)"
        )

    def set_up(self) -> None:
        """The commune, its people and its speakers, each once per folder: one that was interrupted is completed."""
        if not self._passwords_path.exists():
            self._make_passwords()
        code = self.data / "setup-code"
        if code.exists():
            self._found_commune(code.read_text().strip())
        area_id = self.area_id(SPEAKER_VILLAGE)
        with self.client("kythuat") as technician:
            known = {speaker["id"] for speaker in technician.get("/speakers")["items"]}
            for speaker, name in SPEAKERS:
                if speaker not in known:
                    technician.post("/speakers", {"id": speaker, "name": name, "area_id": area_id})
        strangers = [speaker for speaker, _ in SPEAKERS if not (self.box(speaker) / IDENTITY_FILE).exists()]
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._enrol, strangers))

    def start_speakers(self) -> None:
        """Start every agent and wait until the station sees all of them."""
        for speaker, _ in SPEAKERS:
            self.start_speaker(speaker)
        with self.client("kythuat") as technician:
            wait_for(
                lambda: self._all_online(technician), seconds=_START_S, what="loa không kết nối (speakers stay away)"
            )

    def start_speaker(self, speaker: str, environment: dict[str, str] | None = None) -> None:
        """Start one agent. With sink "auto" only the first may use the sound card: three on one card would talk at once."""
        sink = self.options.sink if self.options.sink != "auto" or speaker == SPEAKERS[0][0] else "wav"
        arguments = ["agent", "run", "--state", str(self.box(speaker)), "--sink", sink, "--station-url", self.url]
        self._starts[speaker] += 1
        arguments += ["--wav", str(self._wav(speaker, self._starts[speaker]))]
        self.children.loa(speaker, arguments, environment, niceness=_AGENT_NICENESS)

    def area_id(self, code: str) -> str:
        """The id of one of the commune's areas."""
        with self.client("canbo") as officer:
            return next(str(area["id"]) for area in officer.get("/areas")["items"] if area["code"] == code)

    @property
    def data(self) -> Path:
        """The station's folder."""
        return self.options.folder / "station"

    def box(self, speaker: str) -> Path:
        """The state folder of one agent."""
        return self.options.folder / "speakers" / speaker

    @property
    def _passwords_path(self) -> Path:
        return self.options.folder / "passwords.json"

    def _wav(self, speaker: str, start: int) -> Path:
        return self.options.folder / "speakers" / f"{speaker}-{start}.wav"

    def _answering(self, about: Path) -> bool | None:
        self.children.check()
        if not about.exists():
            return None
        self.station = json.loads(about.read_text())
        try:
            answer = httpx.get(f"{self.url}/api/v1/me", timeout=5.0)
        except httpx.TransportError:
            return None
        return True if answer.status_code == httpx.codes.UNAUTHORIZED else None

    def _make_passwords(self) -> None:
        passwords = {username: secrets.token_urlsafe(9) for username, *_ in _PEOPLE}
        write_private(self._passwords_path, json.dumps(passwords).encode())

    def _found_commune(self, code: str) -> None:
        passwords = self.passwords
        people = [
            {"username": username, "name": name, "role": role, "password": passwords[username], "area_code": area}
            for username, name, role, area in _PEOPLE
        ]
        body = {
            "setup_code": code, "commune": COMMUNE, "villages": list(VILLAGES), "people": people, "policy": ANY_HOUR,
        }  # fmt: skip
        with Client(self.url) as visitor:
            try:
                visitor.post("/setup", body)
            except ApiError as refusal:
                if refusal.status != httpx.codes.CONFLICT:  # a commune that is there already needs no founding
                    raise

    def _enrol(self, speaker: str) -> None:
        with self.client("kythuat") as technician:
            code = technician.post(f"/speakers/{speaker}/claim")["code"]
        try:
            enrol(self.url, code, self.box(speaker), version=version("loa-lang"))
        except AgentError as error:
            raise ChildFailedError(f"{speaker}: {error}") from error

    def _all_online(self, technician: Client) -> bool | None:
        self.children.check()
        online = {speaker["id"] for speaker in technician.get("/speakers")["items"] if speaker["online"]}
        return True if online >= {speaker for speaker, _ in SPEAKERS} else None


def upload(officer: Client, document: Path, area_id: str) -> dict[str, Any]:
    """The officer hands in a document; the answer carries the script."""
    bulletin: dict[str, Any] = officer.upload("/bulletins", document, {"area_id": area_id})
    return bulletin


def spoken(script: dict[str, Any]) -> list[str]:
    """The sentences of a script that will be said."""
    return [s["spoken"] for s in script["sentences"] if s["spoken"] and not s.get("skipped_reason")]


def deliveries_ended(occurrence: dict[str, Any], ends: Sequence[str]) -> bool:
    """Whether every speaker has said how it ended."""
    return all(delivery["state"] in ends for delivery in occurrence["deliveries"])


__all__ = ["SPEAKERS", "SPEAKER_VILLAGE", "ApiError", "Stage", "StageOptions", "deliveries_ended", "spoken", "upload"]
