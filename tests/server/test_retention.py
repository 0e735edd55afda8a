"""What is past its term goes and is accounted for; what is needed stays; a nearly full disk stops only what may wait."""

import os
from datetime import timedelta

from sqlmodel import func, select

from server import retention, room
from server.public import sound
from server.retention import Broom
from server.tables import (
    AuditEntry,
    DeviceEvent,
    Notice,
    Production,
    ProductionStatus,
    StoredDocument,
    Version,
)
from server.tables.columns import now

DATABASES = "both"


def sweep(commune, days=0):
    """As many days from now; the sessions of people end with it."""
    commune.tokens.clear()
    return Broom(commune.station().database, commune.settings).sweep(now() + timedelta(days=days))


def count(commune, table):
    with commune.station().database.read() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def sounding(commune, name, duration_ms=20_000):
    """An approved version whose audio has a file of its own; its id and the file."""
    version = commune.approved(duration_ms=duration_ms)
    sha256 = name * 32
    commune.settings.audio_dir.mkdir(parents=True, exist_ok=True)
    path = commune.settings.audio_dir / f"{sha256}.opus"
    path.write_bytes(b"opus")
    with commune.station().database.write() as session:
        row = session.exec(select(Production).where(Production.version_id == version)).one()
        row.sha256, row.finished_at = sha256, now()
        session.add(row)
    return version, path


def test_audio_stays_for_what_waits_for_a_second_person(commune):
    commune.speaker("loa-1")
    night = {"allowed": [{"start": "00:00", "end": "00:00"}], "usual": [{"start": "05:00", "end": "21:00"}]}
    commune.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=night)
    asked, kept = sounding(commune, "dd")
    at = commune.soon().replace(hour=20, minute=15) + timedelta(days=1)  # 03:15 in Việt Nam
    made = commune.schedule(asked, start_at=at, rule="FREQ=DAILY")
    assert made["status"] == "unconfirmed"
    assert sweep(commune, days=400)["audio"] == 0
    assert kept.exists()


def test_audio_goes_when_nothing_needs_it_and_can_be_ordered_again(commune):
    commune.speaker("loa-1")
    needless, gone = sounding(commune, "aa")
    repeated, kept = sounding(commune, "bb")
    prepared, ready = sounding(commune, "cc")
    commune.schedule(needless)
    commune.schedule(repeated, rule="FREQ=DAILY")
    body = {"hazard": "fire", "version_id": prepared, "area_id": "na-it"}
    commune.call("canbo", "POST", "/emergencies/prepared", json=body)
    copies = [sound.mp3_path(commune.settings, audio.stem) for audio in (gone, kept)]
    copies[0].parent.mkdir()
    unfinished = copies[0].with_name(".tmp-1.mp3")
    for copy in (*copies, unfinished):
        copy.write_bytes(b"mp3")
    assert sweep(commune)["audio"] == 0
    assert copies[0].exists()
    assert sweep(commune, days=400)["audio"] == 1
    assert (gone.exists(), kept.exists(), ready.exists()) == (False, True, True)
    assert [copy.exists() for copy in (*copies, unfinished)] == [False, True, True]
    assert sweep(commune, days=400)["audio"] == 0
    with commune.station().database.read() as session:
        assert session.get(Version, needless) is not None
        row = session.exec(select(Production).where(Production.version_id == needless)).one()
        assert row.status is ProductionStatus.CANCELLED
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "retention.sweep")).all()
    assert entries[-1].detail["audio"] == 1
    assert commune.call("lanhdao", "GET", "/audit/verdict")["ok"]


def test_sound_that_no_row_names_goes_after_a_day(commune):
    _, kept = sounding(commune, "aa")
    replaced, young = (kept.with_name(f"{letter * 64}.opus") for letter in "de")
    recording = commune.settings.track_dir / f"{'f' * 64}.flac"
    half_made = kept.with_name(".tmp-1.opus")
    for path in (replaced, young, recording, half_made):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"sound")
    for path in (kept, replaced, recording, half_made):
        os.utime(path, (0, 0))
    sweep(commune)
    assert [p.exists() for p in (kept, replaced, young, recording, half_made)] == [True, False, True, False, True]


def test_documents_events_and_what_is_personal_go_and_the_bulletins_stay(commune):
    commune.speaker("loa-1")
    files = {"file": ("thong-bao.txt", "Ủy ban nhân dân xã thông báo họp.".encode(), "text/plain")}
    made = commune.call("canbo", "POST", "/bulletins", files=files)
    again = commune.call("canbo", "POST", "/bulletins", files=files)
    person = commune.call("lanhdao", "GET", "/people")["items"][0]["id"]
    with commune.station().database.write() as session:
        session.add(DeviceEvent(speaker_id="loa-1", epoch="e", seq=1, at=now(), type="job", data={}))
        session.add(Notice(person_id=person, kind="x", object="y", text="z"))
    assert not any(sweep(commune).values())
    assert sweep(commune, days=181)["personal"] == 1
    assert sweep(commune, days=731)["events"] == 1
    removed = sweep(commune, days=5 * 365 + 1)
    assert removed["documents"] == 2
    assert [count(commune, table) for table in (DeviceEvent, Notice, StoredDocument)] == [0, 0, 0]
    assert list(commune.settings.document_dir.iterdir()) == []
    for bulletin in (made, again):
        assert commune.call("canbo", "GET", f"/bulletins/{bulletin['id']}")["document_id"] is None


def test_a_document_that_a_newer_upload_shares_keeps_its_file(commune):
    files = {"file": ("thong-bao.txt", "Ủy ban nhân dân xã thông báo họp.".encode(), "text/plain")}
    old = commune.call("canbo", "POST", "/bulletins", files=files)["document_id"]
    commune.call("canbo", "POST", "/bulletins", files=files)
    with commune.station().database.write() as session:
        row = session.get(StoredDocument, old)
        row.uploaded_at = now() - timedelta(days=6 * 365)
        session.add(row)
    assert sweep(commune)["documents"] == 1
    assert len(list(commune.settings.document_dir.iterdir())) == 1


def test_terms_are_the_leaders_and_have_a_floor(commune):
    terms = {item["kind"]: item for item in commune.call("kythuat", "GET", "/retention")["items"]}
    assert (terms["audio"]["days"], terms["audio"]["own"]) == (365, False)
    commune.call("canbo", "PUT", "/retention/audio", json={"days": 60}, expect=403)
    assert "ít nhất 30 ngày" in commune.error("lanhdao", "PUT", "/retention/audio", 422, json={"days": 3})
    assert commune.call("lanhdao", "PUT", "/retention/audio", json={"days": 60})["own"]
    with commune.station().database.read() as session:
        kept = {term.kind: term.days for term in retention.terms(session)}
    assert kept[retention.Kind.AUDIO] == 60


def test_a_nearly_full_disk_refuses_uploads_and_says_so_but_not_what_is_due(commune, monkeypatch):
    commune.speaker("loa-1")
    version = commune.approved()
    waiting = commune.bulletin()["version"]["id"]
    with monkeypatch.context() as patched:
        patched.setattr(room, "free_bytes", lambda _settings: 5_000_000)
        files = {"file": ("a.txt", b"abc", "text/plain")}
        assert "5 MB" in commune.error("canbo", "POST", "/bulletins", 507, files=files)
        assert commune.schedule(version)["occurrences"] != []
        commune.call("canbo", "POST", f"/versions/{waiting}/production")
        commune.client.app.state.station.workshop.kick()
        assert commune.call("canbo", "GET", f"/versions/{waiting}/production")["status"] == "queued"
    assert commune.ready(waiting)["status"] == "ready"
