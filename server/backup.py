"""A station in one file: database, documents, finished audio and keys; and back again.

The file holds private keys and password hashes: it is written readable by its owner only and belongs under lock and key.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import structlog
from sqlalchemy.engine import URL, make_url

from server.errors import ConflictError, StationError
from server.settings import Settings

log = structlog.get_logger(__name__)
_FORMAT = 1
_FOLDERS = ("documents", "tracks", "audio", "photos", "keys", "tls", "broker")
_FILES = ("port", "https-port")
_DATABASE = {"sqlite": "station.sqlite3", "postgresql": "station.pgdump"}


class BackupError(StationError):
    """A backup cannot be made or used."""

    code = "backup"


def backup(settings: Settings, target: Path) -> dict[str, object]:
    """Write everything to `target` (.tar.gz), while the station may be running; what was written.

    The database is one consistent moment; files are named by their content, so those added later do no harm.
    Raises BackupError; `target` appears whole or not at all.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    kind = make_url(settings.database).get_backend_name()
    part = target.with_name(target.name + ".part")
    manifest: dict[str, object] = {
        "format": _FORMAT,
        "station": settings.station,
        "at": datetime.now(UTC).isoformat(),
        "database": kind,
    }
    hashes: dict[str, str] = {}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            dump = Path(folder) / _DATABASE[kind]
            _dump(settings, kind, dump)
            with os.fdopen(descriptor, "wb") as file:
                with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
                    _add(archive, dump, dump.name, hashes)
                    for path in _stored(settings.data_dir):
                        _add(archive, path, path.relative_to(settings.data_dir).as_posix(), hashes)
                    manifest["files"] = hashes
                    content = json.dumps(manifest, ensure_ascii=False).encode()
                    about = tarfile.TarInfo("backup.json")
                    about.size, about.mode = len(content), 0o600
                    archive.addfile(about, io.BytesIO(content))
                file.flush()
                os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    log.info("Backup written", file=str(target), files=len(hashes), bytes=target.stat().st_size)
    return manifest


def restore(settings: Settings, source: Path) -> dict[str, object]:
    """Make `settings.data_dir` what it was when `source` was written. The folder must be empty or missing.

    Every file is checked against its hash before anything is put in place. Revisions are times, so devices accept what the
    restored station signs. Raises ConflictError (not empty), BackupError (damaged, of another kind).
    """
    if settings.data_dir.exists() and any(settings.data_dir.iterdir()):
        raise ConflictError(f"Thư mục {settings.data_dir} không trống. Hãy khôi phục vào một thư mục mới.")
    settings.data_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir.parent, prefix=".restore-") as name:
        folder = Path(name) / "data"
        folder.mkdir()
        manifest = _unpack(source, folder)
        kind = str(manifest["database"])
        if kind != make_url(settings.database).get_backend_name():
            raise BackupError(f"Bản sao lưu dùng cơ sở dữ liệu {kind}, khác với thiết lập hiện nay.")
        if kind == "postgresql":
            _run_postgresql(
                "pg_restore",
                settings,
                ["--no-owner", "--exit-on-error", "--single-transaction", str(folder / _DATABASE[kind])],
            )
            (folder / _DATABASE[kind]).unlink()
        if settings.data_dir.exists():
            settings.data_dir.rmdir()
        folder.rename(settings.data_dir)
    log.info("Backup restored", file=str(source), data=str(settings.data_dir))
    return manifest


def _dump(settings: Settings, kind: str, dump: Path) -> None:
    if kind == "sqlite":
        database = make_url(settings.database).database
        if database is None or not Path(database).exists():
            raise BackupError("Chưa có dữ liệu nào để sao lưu.")
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(dump)) as copy:
            source.backup(copy)
    else:
        _run_postgresql("pg_dump", settings, ["--format=custom", "--no-owner", f"--file={dump}"])


def _run_postgresql(program: str, settings: Settings, arguments: list[str]) -> None:
    url = make_url(settings.database)
    found = shutil.which(program) or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise BackupError(f"Máy này chưa có chương trình {program}. Hãy cài gói postgresql-client.")
    # everybody on this machine can read a command line: the password goes by the environment
    where = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database, query=url.query
    ).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [found, "--dbname", where, *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **secret})
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program} không chạy được: {error.stderr.strip()[-300:]}") from error


def _stored(data_dir: Path) -> list[Path]:
    found = [data_dir / name for name in _FILES if (data_dir / name).is_file()]
    for folder in _FOLDERS:
        root = data_dir / folder
        found += (
            sorted(path for path in root.rglob("*") if path.is_file() and "/.tmp-" not in path.as_posix())
            if root.exists()
            else []
        )
    return found


def _add(archive: tarfile.TarFile, path: Path, name: str, hashes: dict[str, str]) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:  # removed since it was listed
        return
    with file:
        about = os.fstat(file.fileno())
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = about.st_size, 0o600, int(about.st_mtime)
        hashed = _Hashed(file)
        archive.addfile(entry, hashed)
    hashes[name] = hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read: a database of gigabytes never lies in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        content = self._file.read(size)
        self.digest.update(content)
        return content


def _unpack(source: Path, folder: Path) -> dict[str, object]:
    if not source.is_file():
        raise BackupError(f"Không có tệp sao lưu {source}.")
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, object] = json.loads((folder / "backup.json").read_text())
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BackupError("Tệp sao lưu bị hỏng, không khôi phục được gì. Hãy dùng bản sao lưu khác.") from error
    (folder / "backup.json").unlink()
    hashes = manifest.get("files")
    if manifest.get("format") != _FORMAT or not isinstance(hashes, dict):
        raise BackupError("Tệp sao lưu thuộc phiên bản khác của chương trình.")
    for name, digest in hashes.items():
        path = folder / PurePosixPath(name)
        if not path.is_file() or _sha256(path) != digest:
            raise BackupError(f"Tệp {name} trong bản sao lưu bị hỏng. Hãy dùng bản sao lưu khác.")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
