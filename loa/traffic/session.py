"""One real agent, broker and station on loopback with a tap in each line: a day's planning, and one bulletin played in full."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edge_agent.identity import Identity
from loa.children import Children
from loa.client import Client, wait_for
from loa.ready_bulletins import make_ready, noise
from loa.stage import SPEAKER_VILLAGE, SPEAKERS, Stage, StageOptions
from loa.tap import Tap
from loa.traffic.handshake import handshake_bytes
from loa.traffic.meters import HttpMeter, MqttMeter
from loa.traffic.month import BULLETIN_S, BULLETINS_A_DAY, Counted, month
from loa.traffic.tally import Kind, Tally
from server.settings import Settings
from voices.ffmpeg import ffmpeg_path

_QUIET_S = 4.0
"""No byte for so long: what was begun has ended (an MQTT ping comes once a minute)."""
_LONGEST_WAIT_S = 90.0
_AHEAD_S = 15.0
_REPORT_PAUSE_S = 65.0
"""The agent reports what it holds at most once a minute."""
_BITRATE = "24k"
"""Of the station's mastering; the noise is encoded at exactly this rate, speech comes out a little below it."""


class Session:
    """Started by `start`, measured by `count`."""

    def __init__(self, folder: Path, children: Children, stack: contextlib.ExitStack) -> None:
        self.stage = Stage(StageOptions(folder=folder, sink="wav"), children)
        self._stack = stack
        self.tally = Tally()
        self.mqtt = MqttMeter(self.tally)
        self.http = HttpMeter(self.tally)
        self._speaker = SPEAKERS[0][0]

    def start(self) -> None:
        """The agent with its taps, connected."""
        self.stage.start_station()
        self.stage.set_up()
        box = self.stage.box(self._speaker)
        identity = Identity.load(box)
        broker = identity.answer.broker
        line = self._stack.enter_context(Tap(broker.host, broker.port, self.mqtt.look))
        station = urlsplit(self.stage.url)
        web = self._stack.enter_context(Tap(station.hostname or "", station.port or 80, self.http.look))
        answer = identity.answer.model_copy(
            update={"broker": broker.model_copy(update={"host": "127.0.0.1", "port": line.port})}
        )
        identity.model_copy(update={"answer": answer}).save(box)
        arguments = ["agent", "run", "--state", str(box), "--sink", "wav", "--wav", str(box.with_suffix(".wav"))]
        self._agent = [*arguments, "--station-url", f"http://127.0.0.1:{web.port}"]
        self._run()

    def start_again(self) -> tuple[Tally, Tally]:
        """What it costs to come back to a station that has nothing new: the broker's line, and the poll that goes with it."""
        self.stage.children.kill(self._speaker)
        before, asked = self.tally.copy(), self.http.requests[Kind.POLL]
        self._run()
        spent = self.tally.since(before)
        return without(spent, Kind.POLL), share(spent, Kind.POLL, self.http.requests[Kind.POLL] - asked)

    def _run(self) -> None:
        births = len(self.mqtt.sizes[Kind.PRESENCE])
        self.stage.children.loa(self._speaker, self._agent)
        wait_for(lambda: len(self.mqtt.sizes[Kind.PRESENCE]) > births or None, seconds=60, what="loa không kết nối")
        self._quiet()

    def plan(self, officer: Client, count: int) -> tuple[Tally, list[int]]:
        """Bulletins for tomorrow, planned one by one; what it cost, and the size of the manifest after each."""
        sound = make_ready(Settings(data_dir=self.stage.data), "Thông báo của ủy ban nhân dân xã", noise(1.0, seed=1))
        self._air(officer, sound.version_id, 1.0)  # its sound is on the box now: nothing of it is fetched later
        before = self.tally.copy()
        sizes = self.mqtt.sizes[Kind.MANIFESTS]
        first = datetime.now(UTC) + timedelta(days=1)
        for number in range(count):
            known = len(sizes)
            self._schedule(officer, sound.version_id, first + timedelta(minutes=5 * number))
            self._wait_for_manifest(known)
        self._quiet()
        return self.tally.since(before), sizes[-count:]

    def play(self, officer: Client, opus: bytes, listen: Callable[[str], None]) -> Tally:
        """One bulletin in full; what it cost from its planning to the last word about it."""
        sound = make_ready(Settings(data_dir=self.stage.data), "Bản tin ba phút", opus)
        time.sleep(_REPORT_PAUSE_S)  # so that this bulletin's reports are not held back by those of the planning
        before = self.tally.copy()
        listen("đang phát bản tin ba phút …")
        self._air(officer, sound.version_id, BULLETIN_S)
        time.sleep(_REPORT_PAUSE_S)
        return self.tally.since(before)

    def _air(self, officer: Client, version_id: str, length_s: float) -> None:
        """Play it soon, and wait for its end."""
        made = self._schedule(officer, version_id, datetime.now(UTC) + timedelta(seconds=_AHEAD_S))
        occurrence = made["occurrences"][0]["id"]
        wait_for(
            lambda: self._played(officer, occurrence),
            seconds=_AHEAD_S + length_s + 60,
            what="bản tin không phát xong",
            every_s=1.0,
        )

    def _schedule(self, officer: Client, version_id: str, at: datetime) -> dict[str, Any]:
        body = {"version_id": version_id, "area_id": SPEAKER_VILLAGE, "start_at": at.isoformat(), "test": True}
        made: dict[str, Any] = officer.post("/schedules", body)
        return made

    def _wait_for_manifest(self, known: int) -> None:
        """Until there is another one than those."""
        sizes = self.mqtt.sizes[Kind.MANIFESTS]
        wait_for(lambda: len(sizes) > known or None, seconds=30, what="kế hoạch không tới loa")

    def _played(self, officer: Client, occurrence: str) -> bool | None:
        self.stage.children.check()
        deliveries = officer.get(f"/occurrences/{occurrence}")["deliveries"]
        state = next(row["state"] for row in deliveries if row["speaker_id"] == self._speaker)
        return True if state == "PLAYED" else None

    def _quiet(self) -> None:
        """Wait until nothing more comes."""
        end = time.monotonic() + _LONGEST_WAIT_S
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < _QUIET_S and time.monotonic() < end:
            total = self.tally.payload.total()
            if total != seen:
                seen, since = total, time.monotonic()
            time.sleep(0.2)


def run(listen: Callable[[str], None]) -> dict[str, Any]:
    """The report; `listen` is told how far it is. Raises TimeoutError, ChildFailedError, ApiError."""
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="loa-traffic-", ignore_cleanup_errors=True))
        )
        opus = three_minutes(folder / "three.opus")
        children = stack.enter_context(Children(folder / "logs"))
        session = Session(folder / "commune", children, stack)
        session.start()
        reconnection, poll = session.start_again()
        officer = stack.enter_context(session.stage.client("canbo"))
        listen("đã kết nối; đang lập kế hoạch một ngày …")
        planning, manifests = session.plan(officer, BULLETINS_A_DAY)
        opened = session.http.connections.copy()
        bulletin = session.play(officer, opus, listen)
        opened = {kind: session.http.connections[kind] - opened[kind] for kind in Kind}
        beats = len(session.mqtt.sizes[Kind.HEALTH])
        heartbeat = share(session.tally, Kind.HEALTH, beats)
        report = share(session.tally, Kind.REPORTED, len(session.mqtt.sizes[Kind.REPORTED]))
        broker = session.stage.station["broker"]
    counted = Counted(
        reconnection=reconnection,
        planning=share(planning, Kind.MANIFESTS, 1),
        bulletin=without(bulletin, Kind.MANIFESTS),
        report=report,
        poll=poll,
        heartbeat=heartbeat,
        opened=opened,
        handshake=handshake_bytes(),
        manifest_bytes=manifests[-1],
        bytes_a_job=(manifests[-1] - manifests[0]) / max(1, len(manifests) - 1),
    )
    measured = {
        "audio_file_bytes": len(opus),
        "planning_bytes": _by_kind(planning),
        "bulletin_bytes": _by_kind(bulletin),
        "reconnection_bytes": _by_kind(reconnection),
        "poll_bytes": poll.payload[Kind.POLL],
        "heartbeat_bytes": heartbeat.payload[Kind.HEALTH],
        "report_bytes": report.payload[Kind.REPORTED],
    }
    return {**month(counted), "broker": broker, "measured": measured}


def without(tally: Tally, kind: Kind) -> Tally:
    """The same without one kind."""
    found = tally.copy()
    for counter in (found.payload, found.tls, found.ip, found.pieces):
        counter[kind] = 0
    return found


def share(tally: Tally, kind: Kind, count: int) -> Tally:
    """One of so many of a kind, and nothing else; of none, nothing."""
    only, found = Tally(), Tally()
    for theirs, ours in ((tally.payload, only.payload), (tally.tls, only.tls), (tally.ip, only.ip)):
        ours[kind] = theirs[kind]
    if count:
        found.add_times(only, 1 / count)
    return found


def _by_kind(tally: Tally) -> dict[str, int]:
    return {str(kind): size for kind, size in sorted(tally.payload.items()) if size}


def three_minutes(path: Path) -> bytes:
    """Ogg Opus of noise, of a bulletin's length and bit rate."""
    source = f"anoisesrc=d={BULLETIN_S}:c=pink:r=48000:a=0.1:seed=1"
    codec = ["-c:a", "libopus", "-b:a", _BITRATE, "-vbr", "off", "-ac", "1", "-f", "ogg", str(path)]
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, *codec], check=True, timeout=120
    )
    return path.read_bytes()
