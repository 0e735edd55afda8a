"""A station in one file, and back."""

import tarfile
import zlib
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from server import certificates
from server.app import create_app
from server.backup import BackupError, _run_postgresql, backup, restore
from server.errors import ConflictError
from voices import Studio

DATABASES = "both"


@pytest.fixture
def elsewhere(commune, tmp_path, request):
    """Settings of the machine on which the backup is unpacked."""
    there = replace(commune.settings, data_dir=tmp_path / "other" / "data")
    if commune.settings.database_url:
        there = replace(there, database_url=request.getfixturevalue("postgresql").new_database())
    return there


def test_what_is_restored_is_the_same_station(commune, elsewhere, tmp_path, fake_voice):
    commune.speaker("loa-1")
    commune.call("canbo", "POST", "/bulletins", files={"file": ("họp.txt", "Ngày mai họp thôn.".encode())})
    version = commune.approved(title="Họp thôn")
    occurrence = commune.schedule(version)["occurrences"][0]
    (commune.settings.audio_dir / "x.opus").write_bytes(b"OggS")
    (commune.settings.key_dir).mkdir(exist_ok=True)
    (commune.settings.key_dir / "station.json").write_text("secret")
    certificates.ensure(commune.settings.tls_dir)
    target = tmp_path / "out" / "dai.tar.gz"
    backup(commune.settings, target)  # while the station runs
    assert target.stat().st_mode & 0o077 == 0
    commune.bulletin(title="Sau khi sao lưu")
    restore(elsewhere, target)
    for folder in ("documents", "audio", "keys", "tls"):
        before = {p.name: p.read_bytes() for p in (commune.settings.data_dir / folder).iterdir()}
        assert {p.name: p.read_bytes() for p in (elsewhere.data_dir / folder).iterdir()} == before
    app = create_app(elsewhere, air=type(commune.air)(), studio=Studio(elsewhere.clip_cache_dir, 1, factory=fake_voice))
    with TestClient(app) as client:
        other = type(commune)(client, elsewhere, commune.air)
        assert other.call("canbo", "GET", f"/occurrences/{occurrence['id']}") == occurrence
        titles = {b["title"] for b in other.call("canbo", "GET", "/bulletins")["items"]}
        assert "Họp thôn" in titles
        assert "Sau khi sao lưu" not in titles


def test_a_damaged_backup_restores_nothing(commune, elsewhere, tmp_path):
    target = tmp_path / "dai.tar.gz"
    backup(commune.settings, target)
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 0xFF
    target.write_bytes(content)
    with pytest.raises(BackupError, match="hỏng"):
        restore(elsewhere, target)
    assert not elsewhere.data_dir.exists()
    with pytest.raises(BackupError, match="Không có tệp"):
        restore(elsewhere, tmp_path / "none.tar.gz")


def test_a_backup_that_cannot_be_decompressed_is_called_damaged(commune, elsewhere, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise zlib.error("Error -3 while decompressing data")

    target = tmp_path / "dai.tar.gz"
    backup(commune.settings, target)
    monkeypatch.setattr(tarfile.TarFile, "extractall", broken)
    with pytest.raises(BackupError, match="hỏng"):
        restore(elsewhere, target)


def test_a_databases_password_stands_on_no_command_line(commune, monkeypatch):
    told = []
    monkeypatch.setattr("subprocess.run", lambda command, **rest: told.append((command, rest["env"]["PGPASSWORD"])))
    monkeypatch.setattr("shutil.which", str)
    url = "postgresql+psycopg://loa:m%40t@db:5433/xa"
    _run_postgresql("pg_dump", replace(commune.settings, database_url=url), ["--no-owner"])
    assert told == [(["pg_dump", "--dbname", "postgresql://loa@db:5433/xa", "--no-owner"], "m@t")]


def test_it_overwrites_nothing(commune, tmp_path):
    target = tmp_path / "dai.tar.gz"
    backup(commune.settings, target)
    with pytest.raises(ConflictError, match="không trống"):
        restore(commune.settings, target)


def test_an_archive_with_a_way_out_is_refused(elsewhere, tmp_path):
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as archive:
        archive.add(__file__, arcname="../../outside")
    with pytest.raises(BackupError):
        restore(elsewhere, evil)
    assert not (tmp_path / "outside").exists()
