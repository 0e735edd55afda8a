"""A small real station for one real agent process: real broker, HTTP server and signatures; no code of the server room."""

import contextlib
import http.server
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from protocol import topics
from protocol.enrolment import BrokerAccess, EnrolAnswer, EnrolRequest, PollRequest
from protocol.envelope import Kind, seal, unseal
from protocol.jobs import Audio, Job, Repeat
from protocol.keys import Keyring, PublicKey, Role, SigningKey, TrustSet, device_owner, station_owner
from protocol.messages import (
    Ack,
    Command,
    CommandResult,
    Config,
    Desired,
    Event,
    EventBatch,
    JobReport,
    Operation,
    PollAnswer,
)
from protocol.policy import Policy, Window
from protocol.priorities import Priority
from tests.edge_agent.bad_line import Line
from tests.edge_agent.sounds import name_of
from tests.waiting import LONGEST_S, wait_until

STATION, DEVICE = "xa", "loa-1"
MOSQUITTO = shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else None)
ALWAYS = Policy(allowed=(Window(start="00:00", end="00:00"),))  # type: ignore[arg-type]  # parsed by pydantic


def free_port() -> int:
    """None that the kernel gives to callers by itself: it stays free while a broker is dead."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


class RealStation:
    """A context manager. `files` are served; `cut_after` ends the next download after so many bytes.

    `line` is the way that the agent takes to broker and web, if not the direct one; `ahead` moves the station's clock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.box = folder / "state"
        self.key = SigningKey.generate(Role.STATION, station_owner(STATION))
        self.emergency = SigningKey.generate(Role.EMERGENCY, station_owner(STATION))
        self.trust = TrustSet(keys=(self.key.public, self.emergency.public))
        self.device: PublicKey | None = None
        self.files: dict[str, bytes] = {}
        self.ranges: list[str] = []
        self.cut_after: int | None = None
        self.line: Line | None = None
        self.ahead = timedelta(0)
        self.events: dict[tuple[str, int], Event] = {}
        self.results: list[CommandResult] = []
        self.presence: list[bool] = []
        self.versions: list[str] = []
        """Of every birth."""
        self._taking = threading.Lock()
        self._revs = count(int(time.time() * 1000))
        self._stack = contextlib.ExitStack()
        self.agents: list[subprocess.Popen] = []

    def __enter__(self):
        assert MOSQUITTO
        self.port = free_port()
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        self.broker = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
        self._stack.callback(self.broker.wait)
        self._stack.callback(self.broker.terminate)
        wait_until(self._listens)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self._stack.callback(self.server.server_close)
        self._stack.callback(self.server.shutdown)
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.on_message = self._on_message
        self.client.on_connect = lambda client, *_: client.subscribe(self._all())
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        self._stack.callback(self.client.loop_stop)
        self._stack.callback(self.client.disconnect)
        return self

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def by_line(self) -> "Line":
        """From the enrolment on the agent reaches broker and web only through a line that can be made bad."""
        self.line = self._stack.enter_context(Line(self.port, self.server.server_port))
        return self.line

    def __exit__(self, *_):
        for agent in self.agents:
            if agent.poll() is None:
                agent.kill()
            agent.wait()
        self._stack.close()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _all(self):
        return [(topics.all_devices(STATION, leaf), 1) for leaf in topics.FROM_DEVICE]

    # ------------------------------------------------------------ the agent's process

    def loa(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "loa", *arguments], capture_output=True, text=True, timeout=120, check=False
        )

    def enrol(self) -> subprocess.CompletedProcess:
        url = self.url if self.line is None else f"http://127.0.0.1:{self.line.ports[1]}"
        return self.loa("agent", "enrol", "--station", url, "--code", "ABCD-1234", "--state", str(self.box))

    def start(self, program: tuple[str, ...] = ("-m", "loa", "agent", "run")) -> subprocess.Popen:
        online = len(self.presence)
        log = (self.folder / "agent.log").open("ab")
        arguments = ["--state", str(self.box), "--sink", "wav", "--wav", str(self.folder / "out.wav")]
        agent = subprocess.Popen([sys.executable, *program, *arguments], stderr=log, stdout=log)
        log.close()
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, agent.pid, -5)  # as its unit has it
        self.agents.append(agent)
        wait_until(lambda: any(self.presence[online:]))
        return agent

    def kill(self) -> None:
        os.kill(self.agents[-1].pid, signal.SIGKILL)
        self.agents[-1].wait()

    # ------------------------------------------------------------ speaking

    def send(self, leaf: str, kind: Kind, body, *, key: SigningKey | None = None, retain: bool = True) -> str:
        token = self.seal(kind, body, key=key)
        self.client.publish(topics.device(STATION, DEVICE, leaf), token, qos=1, retain=retain).wait_for_publish(
            LONGEST_S
        )
        return token

    def seal(self, kind: Kind, body, *, key: SigningKey | None = None) -> str:
        audience = device_owner(STATION, DEVICE)
        return seal(kind, body, key=key or self.key, audience=audience, rev=next(self._revs), now=self.now())

    def configure(self) -> None:
        self.send("config", Kind.CONFIG, Config(trust=self.trust, policy=ALWAYS))

    def order(self, *jobs: Job, key: SigningKey | None = None) -> str:
        body = Desired(valid_until=self.now() + timedelta(days=8), jobs=jobs)
        return self.send("desired", Kind.DESIRED, body, key=key)

    def command(self, op: Operation, **args) -> CommandResult:
        command_id = str(uuid.uuid4())
        self.send("cmd", Kind.CMD, Command(command_id=command_id, op=op, args=args), retain=False)
        return wait_until(lambda: next((r for r in list(self.results) if r.command_id == command_id), None))

    def job(
        self,
        start_s: float,
        data: bytes,
        seconds: float,
        *,
        repeat: int = 1,
        serve: bool = True,
        max_start_delay_s: float = 30.0,
    ) -> Job:
        """By default it may begin as late as a crowded machine makes it."""
        at = self.now() + timedelta(seconds=start_s)
        sha256 = name_of(data)
        if serve:
            self.files[sha256] = data
        return Job(
            job_id=str(uuid.uuid4()),
            priority=Priority.NORMAL,
            not_before=at,
            start_at=at,
            max_start_delay_s=max_start_delay_s,
            not_after=at + timedelta(seconds=seconds * repeat + 90),
            repeat=Repeat(count=repeat, gap_s=0.5),
            audio=Audio(
                sha256=sha256, bytes=len(data), duration_ms=round(seconds * 1000), urls=(f"/agent/v1/audio/{sha256}",)
            ),
        )

    # ------------------------------------------------------------ hearing

    def _on_message(self, _client, _data, message) -> None:
        leaf = message.topic.rpartition("/")[2]
        ring = Keyring([self.device] if self.device else [])
        claims = unseal(message.payload, kind=Kind(leaf), keyring=ring, audience=station_owner(STATION), now=None)
        if leaf == "presence":
            self.presence.append(bool(claims.body.get("online")))
            if claims.body.get("online"):
                self.versions.append(str(claims.body.get("version")))
        elif leaf == "evt":
            self.client.publish(topics.device(STATION, DEVICE, "ack"), self.take(message.payload), qos=1, retain=True)
        elif leaf == "res":
            self.results.append(CommandResult.model_validate(claims.body))

    def take(self, token: bytes) -> str:
        ring = Keyring([self.device] if self.device else [])
        batch = EventBatch.model_validate(
            unseal(token, kind=Kind.EVT, keyring=ring, audience=station_owner(STATION), now=None).body
        )
        with self._taking:
            for event in batch.events:
                self.events[batch.epoch, event.seq] = event
        return self.seal(Kind.ACK, Ack(epoch=batch.epoch, seq=batch.events[-1].seq))

    def reports(self, job: Job) -> list[JobReport]:
        found = [JobReport.model_validate(event.data) for event in self.told() if event.type == "job"]
        return [report for report in found if report.job_id == job.job_id]

    def state(self, job: Job):
        found = self.reports(job)
        return found[-1].state if found else None

    def refusals(self) -> list[str]:
        return [str(event.data["refusal"]) for event in self.told() if event.type == "refused"]

    def told(self) -> list[Event]:
        """All events so far in their order, while more may be coming."""
        with self._taking:
            return [event for _, event in sorted(self.events.items())]

    def in_order(self) -> bool:
        """Every event came, once, without a gap."""
        sequence = [event.seq for event in self.told()]
        return sequence == list(range(1, len(sequence) + 1))


def _handler(station: RealStation):  # noqa: C901  one class, closed over the station
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_args):
            pass

        def _proof(self) -> bool:
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or station.device is None:
                return False
            claims = unseal(
                token,
                kind=Kind.HTTP,
                keyring=Keyring([station.device]),
                audience=station_owner(STATION),
                now=station.now(),
            )
            return (claims.body["method"], claims.body["path"]) == (self.command, self.path)

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/enrol"):
                self._enrol(EnrolRequest.model_validate_json(body))
            elif not self._proof():
                self._answer(401, b"")
            elif self.path.endswith("/poll"):
                request = PollRequest.model_validate_json(body)
                token = station.seal(Kind.POLL, PollAnswer(nonce=request.nonce, at=station.now()))
                self._answer(200, token.encode())
            else:
                self._answer(200, station.take(body).encode())

        def _enrol(self, request: EnrolRequest) -> None:
            if request.claim_code != "ABCD-1234":
                self._answer(403, json.dumps({"error": {"code": "forbidden", "message": "Mã không đúng."}}).encode())
                return
            station.device = PublicKey(role=Role.DEVICE, owner=device_owner(STATION, DEVICE), x=request.public_key)
            broker = BrokerAccess(
                host="127.0.0.1",
                port=station.line.ports[0] if station.line else station.port,
                username=DEVICE,
                password="p",
            )
            answer = EnrolAnswer(station=STATION, device_id=DEVICE, name="Loa 1", trust=station.trust, broker=broker)
            self._answer(200, answer.model_dump_json().encode())

        def do_GET(self):
            data = station.files.get(self.path.rpartition("/")[2])
            if not self._proof() or data is None:
                self._answer(404 if data is None else 401, b"")
                return
            wanted = self.headers.get("Range", "")
            station.ranges.append(wanted)
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            piece = data[begin:]
            status, extra = (
                (206, {"Content_Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}) if wanted else (200, {})
            )
            if station.cut_after is not None:
                cut, station.cut_after = station.cut_after, None
                self.send_response(status)
                self.send_header("Content-Length", str(len(piece)))
                for name, value in extra.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(piece[:cut])
                self.close_connection = True
                return
            with contextlib.suppress(BrokenPipeError):  # the agent was killed meanwhile
                self._answer(status, piece, **extra)

    return Handler
