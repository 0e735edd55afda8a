"""A station in this process on a real database, with everything but devices and voice real: those are full fakes.

The same tests run on PostgreSQL (see `database_url`).
"""

import importlib
import io
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import docx
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from server import schema, ticks
from server.app import create_app
from server.database import Database
from server.people import passwords
from server.settings import Settings
from tests.waiting import LONGEST_S
from voices import Studio
from voices.ffmpeg import run_ffmpeg
from voices.mastering import Loudness

VOICES = Path(__file__).parent.parent / "voices"
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "mật khẩu đủ dài"
PEOPLE = [
    ("canbo", "Nông Thị Hoa", "officer", "khuoi-nan"),
    ("canbo2", "Bế Văn Sơn", "officer", "khuoi-nan"),
    ("lanhdao", "Hoàng Văn Khuê", "leader", "khuoi-nan"),
    ("truongthon", "Lý Văn Páo", "village_head", "na-it"),
    ("truongthon2", "Sầm Thị Mỷ", "village_head", "khuoi-khit"),
    ("kythuat", "Trần Minh Đức", "technician", "khuoi-nan"),
]
TEXT = "Ủy ban nhân dân xã thông báo. Ngày mai họp thôn lúc bảy giờ tối. Đề nghị bà con đến đông đủ."


class FakeBroker:
    name = "fake"


@dataclass
class FakeAir:
    """The air side without devices: remembers that it was told."""

    kicks: int = 0
    running: bool = False
    broker: FakeBroker = field(default_factory=FakeBroker)

    def start(self):
        self.running = True

    def stop(self):
        self.running = False

    def kick(self):
        self.kicks += 1


@dataclass
class Commune:
    """A commune that has been set up, and its people's clients."""

    client: TestClient
    settings: Settings
    air: FakeAir
    tokens: dict = field(default_factory=dict)

    def station(self):
        return self.client.app.state.station

    def call(self, who, method, path, *, expect=None, **options):
        """One request as that person (None: nobody); checks the status, gives the JSON."""
        headers = options.pop("headers", {})
        if who:
            headers["Authorization"] = f"Bearer {self.token(who)}"
        answer = self.client.request(method, f"/api/v1{path}", headers=headers, **options)
        body = answer.json() if answer.content else None
        if expect is None:
            assert answer.is_success, body
        else:
            assert answer.status_code == expect, body
        return body

    def error(self, who, method, path, status, **options):
        """The Vietnamese message of a refusal."""
        return self.call(who, method, path, expect=status, **options)["error"]["message"]

    def token(self, who):
        if who not in self.tokens:
            answer = self.client.post("/api/v1/sign-in", json={"username": who, "password": PASSWORD})
            self.client.cookies.clear()
            self.tokens[who] = answer.json()["token"]
        return self.tokens[who]

    def area(self, code):
        return next(area["id"] for area in self.call("lanhdao", "GET", "/areas")["items"] if area["code"] == code)

    def bulletin(self, who="canbo", text=TEXT, **fields):
        return self.call(who, "POST", "/bulletins", data={"text": text, **fields})

    def ready(self, version_id, who="canbo"):
        """Order the audio and wait for it."""
        self.call(who, "POST", f"/versions/{version_id}/production")
        return self.wait_ready(version_id, who)

    def wait_ready(self, version_id, who="canbo"):
        end = time.monotonic() + LONGEST_S
        while (state := self.call(who, "GET", f"/versions/{version_id}/production"))["status"] in {
            "queued",
            "rendering",
        }:
            assert time.monotonic() < end, state
            time.sleep(0.02)
        return state

    def rendered(self, version_id, duration_ms=20_000):
        """Audio for a test that is not about audio: the row alone."""
        from server.tables import Production, ProductionStatus, Version

        with self.station().database.write() as session:
            version = session.get(Version, version_id)
            session.add(
                Production(
                    version_id=version_id,
                    edit_count=version.edit_count,
                    voice=self.settings.voice,
                    status=ProductionStatus.READY,
                    sha256="ab" * 32,
                    bytes=1000,
                    duration_ms=duration_ms,
                )
            )

    def approved(self, who="canbo", duration_ms=20_000, **fields):
        """A version that a leader approved."""
        version = self.bulletin(who, **fields)["version"]["id"]
        self.rendered(version, duration_ms)
        self.call(who, "POST", f"/versions/{version}/submit")
        self.call("lanhdao", "POST", f"/versions/{version}/approve", json={"note": "Đồng ý"})
        return version

    def speaker(self, name, area_code="na-it"):
        from server.tables import Area, Speaker

        with self.station().database.write() as session:
            from sqlmodel import select

            area = session.exec(select(Area).where(Area.code == area_code)).one()
            session.add(Speaker(id=name, name=f"Loa {name}", area_id=area.id))
        return name

    def schedule(self, version, area="na-it", who="canbo", start_at=None, expect=None, **fields):
        start_at = start_at or self.soon()
        body = {"version_id": version, "area_id": area, "start_at": start_at.isoformat(), **fields}
        return self.call(who, "POST", "/schedules", json=body, expect=expect)

    @staticmethod
    def soon():
        return datetime.now(UTC) + timedelta(minutes=5)


def pytest_generate_tests(metafunc):
    """Modules that say `DATABASES = "both"` run on SQLite and on PostgreSQL; where `MIGRATED` is False the database is empty."""
    if "database_url" in metafunc.fixturenames:
        both = getattr(metafunc.module, "DATABASES", "") == "both"
        metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture
def database_url(request):
    """A database of its own: SQLite in the data folder, or a new one in a throw-away PostgreSQL cluster."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgresql").new_database(migrated=getattr(request.module, "MIGRATED", True))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An SQLite file that has seen all migrations, to be copied: to run them for every test took half of its time."""
    path = tmp_path_factory.mktemp("migrated") / "station.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


def migrate(url):
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def postgresql():
    # not below pytest's own folder: only its owner may enter that, and root may not run PostgreSQL
    memory = Path("/dev/shm")  # each database is 300 files: on a disk they take longer to remove than the tests took
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 2**30
    place = memory if roomy else None
    with tempfile.TemporaryDirectory(prefix="loa-postgresql-", dir=place, ignore_cleanup_errors=True) as folder:
        cluster = Cluster.start(Path(folder))
        yield cluster
        cluster.stop()


class Cluster:
    """A PostgreSQL of our own on a Unix socket, run by an unprivileged user; nothing of it outlives the tests."""

    def __init__(self, folder, user):
        self.folder, self.user, self.count, self.template = folder, user, 0, None

    @classmethod
    def start(cls, folder):
        if not POSTGRESQL:
            message = "PostgreSQL is not installed (Debian: postgresql)"
            pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
        cluster = cls(folder, "postgres" if os.getuid() == 0 else None)
        if cluster.user:
            shutil.chown(folder, cluster.user)
        cluster._run("initdb", "-D", folder / "data", "-U", "loa", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=60"
        cluster._run("pg_ctl", "-D", folder / "data", "-w", "-o", options, "-l", folder / "log", "start")
        return cluster

    def new_database(self, *, migrated=False):
        """The URL of an empty one, or of a copy of one that has seen all migrations."""
        if migrated and self.template is None:
            self.template = self._create("template0")
            migrate(self._url(self.template))
        return self._url(self._create(self.template if migrated else "template0"))

    def _create(self, template):
        self.count += 1
        self._run("createdb", "-h", self.folder, "-U", "loa", "-T", template, f"t{self.count}")
        return f"t{self.count}"

    def _url(self, name):
        return f"postgresql+psycopg://loa@/{name}?host={self.folder}"

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def _run(self, program, *arguments):
        subprocess.run(
            [POSTGRESQL[-1] / program, *map(str, arguments)],
            user=self.user,
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )


@pytest.fixture
def settings(request, tmp_path, database_url):
    data_dir = tmp_path / "data"
    found = Settings.from_environment(data_dir, workers=1, voice="thu", listen=False, database_url=database_url)
    if not database_url and getattr(request.module, "MIGRATED", True):
        data_dir.mkdir()
        shutil.copyfile(request.getfixturevalue("migrated"), data_dir / "station.sqlite3")
    return found


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """The same kind of hash with the least work: what it costs is not tested here."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Stopped(BackgroundScheduler):
    """A clock whose hour never comes."""

    def start(self, paused=True):  # noqa: ARG002  as the library calls it
        super().start(paused=True)


@pytest.fixture(autouse=True)
def no_timers(monkeypatch):
    """What happens by the clock happens when a test says so, and not also every five seconds or at three in the morning."""
    monkeypatch.setattr(ticks, "BackgroundScheduler", Stopped)


@pytest.fixture(autouse=True)
def quick_mastering(monkeypatch):
    """Encoded once, as it is: what mastering promises, and takes two seconds for, is tested with the voices."""

    def once(source, target, _check=None):
        codec = ["-c:a", "libopus", "-b:a", "24k", "-ar", "48000", "-map_metadata", "-1", "-flags:a", "+bitexact"]
        run_ffmpeg(["-i", source, *codec, "-fflags", "+bitexact", "-f", "ogg", target])
        return Loudness(-16.0, -3.5)

    monkeypatch.setattr(importlib.import_module("voices.produce"), "master_to_opus", once)


@pytest.fixture
def fake_voice(monkeypatch, tmp_path):
    """Render processes speak tones; what they were asked is in the log."""
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(tmp_path / "engine.log"))
    monkeypatch.syspath_prepend(str(VOICES))
    return "fake_engine:open_engine"


@pytest.fixture
def make_app(settings, fake_voice):
    """Applications on one data folder: more than one after another is a restart."""

    def make(air=None, open_ear=None):
        studio = Studio(settings.clip_cache_dir, 1, factory=fake_voice)
        listening = replace(settings, listen=open_ear is not None)
        return create_app(listening, air=air or FakeAir(), studio=studio, open_ear=open_ear)

    return make


@pytest.fixture
def empty(make_app, settings):
    """A station that nobody has set up."""
    air = FakeAir()
    with TestClient(make_app(air), raise_server_exceptions=False) as client:
        yield Commune(client, settings, air)


ALL_DAY = {"allowed": [{"start": "00:00", "end": "00:00"}], "session_minutes": 60}
NIGHT = {"allowed": [{"start": "00:00", "end": "00:00"}], "usual": [{"start": "05:00", "end": "21:00"}]}


def setup_body(settings, **changes):
    return {
        "setup_code": (settings.data_dir / "setup-code").read_text().strip(),
        "commune": {"name": "Xã Khuổi Nằn", "code": "khuoi-nan"},
        "villages": [{"name": "Thôn Nà Ít", "code": "na-it"}, {"name": "Thôn Khuổi Khít", "code": "khuoi-khit"}],
        "people": [
            {"username": u, "name": n, "role": r, "password": PASSWORD, "area_code": a} for u, n, r, a in PEOPLE
        ],
        "policy": ALL_DAY,
        **changes,
    }


@pytest.fixture
def commune(empty):
    """A commune with its people; allowed all day, so that tests pass at night."""
    empty.call(None, "POST", "/setup", json=setup_body(empty.settings))
    return empty


@pytest.fixture
def village(commune):
    """The commune with a speaker in each of its two villages."""
    commune.speaker("loa-1")
    commune.speaker("loa-2", "khuoi-khit")
    return commune


@pytest.fixture
def usual_hours(commune):
    """Allowed all day, but before five and after nine in the evening a second person must agree."""
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=NIGHT)


def docx_bytes(*paragraphs):
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
