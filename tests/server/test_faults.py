"""Faults: reported by people and by boxes, taken, noted, resolved."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from protocol.messages import ClockState, Event, Heartbeat
from server import faults, health
from server.tables import Fault, Speaker
from server.technician import board


@pytest.fixture
def speaker(commune):
    return commune.speaker("loa-1")


def reported(commune, speaker, who="truongthon", **fields):
    return commune.call(who, "POST", f"/speakers/{speaker}/faults", data={"kind": "rattle", **fields})


def test_from_a_village_heads_word_to_the_technicians(commune, speaker):
    fault = reported(commune, speaker, text="Rè từ sáng")
    assert commune.call("kythuat", "GET", "/notices")["items"][0]["text"] == "Loa loa-1: Loa rè, hú."
    path = f"/faults/{fault['id']}"
    commune.error("truongthon", "POST", f"{path}/acknowledge", 403, json={})
    commune.call("kythuat", "POST", f"{path}/acknowledge", json={"text": "Chiều nay lên"})
    assert "đã có người nhận" in commune.error("kythuat", "POST", f"{path}/acknowledge", 409, json={})
    assert "nguyên nhân" in commune.error("kythuat", "POST", f"{path}/resolve", 422, json={"text": " "})
    commune.call("kythuat", "POST", f"{path}/resolve", json={"text": "Thay màng loa"})
    (known,) = commune.call("truongthon", "GET", "/faults")["items"]
    assert [note["text"] for note in known["notes"]] == ["Chiều nay lên", "Thay màng loa"]
    assert known["acknowledged_at"] < known["resolved_at"]


def test_nobody_sees_or_reports_another_villages_speaker(commune, speaker):
    fault = reported(commune, speaker)
    assert commune.call("truongthon2", "GET", "/faults")["items"] == []
    commune.error("truongthon2", "GET", f"/faults/{fault['id']}/photo", 404)
    commune.error("truongthon2", "POST", f"/speakers/{speaker}/faults", 404, data={"kind": "rattle"})


def test_a_photo_loses_where_it_was_taken(commune, speaker):
    taken = Image.new("RGB", (300, 200), "grey")
    exif = taken.getexif()
    exif[0x010E] = "nhà ông Páo"
    sent = io.BytesIO()
    taken.save(sent, "JPEG", exif=exif)
    fault = commune.call(
        "truongthon", "POST", f"/speakers/{speaker}/faults", data={"kind": "loose"}, files={"photo": sent.getvalue()}
    )
    kept = commune.client.get(
        f"/api/v1/faults/{fault['id']}/photo", headers={"Authorization": f"Bearer {commune.token('kythuat')}"}
    )
    assert Image.open(io.BytesIO(kept.content)).size == (300, 200)
    assert not Image.open(io.BytesIO(kept.content)).getexif()


def test_what_is_no_photo_is_refused_and_reports_nothing(commune, speaker):
    message = commune.error(
        "truongthon", "POST", f"/speakers/{speaker}/faults", 422, data={"kind": "loose"}, files={"photo": b"%PDF-1.4"}
    )
    assert "Không mở được ảnh" in message
    assert commune.call("kythuat", "GET", "/faults")["items"] == []


@pytest.mark.parametrize(("who", "kind", "status"), [("truongthon2", "loose", 404), ("truongthon", "odd", 422)])
def test_of_a_refused_report_no_photo_is_kept(commune, speaker, who, kind, status):
    sent = io.BytesIO()
    Image.new("RGB", (30, 20)).save(sent, "PNG")
    path = f"/speakers/{speaker}/faults"
    commune.error(who, "POST", path, status, data={"kind": kind}, files={"photo": sent.getvalue()})
    assert not commune.settings.photo_dir.exists()


def event(seq, kind):
    at = datetime(2026, 12, 1, 19, tzinfo=UTC)
    data = {"kind": kind, "detail": "score 1.2"}
    return Event(seq=seq, at=at, mono_ms=1, boot_id="b", clock=ClockState.SYNCED, type="fault", data=data)


def test_what_a_box_says_every_evening_is_one_fault_until_it_is_resolved(commune, speaker):
    database = commune.station().database

    def said(seq, kind="horn_silent"):
        with database.write() as session:
            return faults.noticed(session, session.get(Speaker, speaker), event(seq, kind))

    assert said(1) is not None
    assert said(2) is None
    assert said(3, "horn_weak") is not None
    first = commune.call("kythuat", "GET", "/faults")["items"][0]
    assert (first["kind"], first["reported_by"]) == ("horn_silent", None)
    commune.call("kythuat", "POST", f"/faults/{first['id']}/resolve", json={"text": "Nối lại dây"})
    assert said(4) is not None


@pytest.mark.usefixtures("speaker")
def test_the_board_has_the_worst_first(commune):
    database, at = commune.station().database, datetime.now(UTC)
    for name in ("loa-2", "loa-3", "loa-4"):
        commune.speaker(name)
    with database.write() as session:
        for number in (1, 2, 3, 4):
            box = session.get(Speaker, f"loa-{number}")
            box.enrolled_at, box.online, box.last_heard_at = at, True, at
            box.created_at = at
            session.add(box)
        away = session.get(Speaker, "loa-3")
        away.online, away.presence_at, away.last_heard_at = False, at - timedelta(hours=3), at - timedelta(hours=3)
        session.get(Speaker, "loa-4").in_repair = True
        session.add(Fault(speaker_id="loa-2", kind="weak", occurred_at=at - timedelta(days=2)))
    with database.read() as session:
        rows = board(session, [session.get(Speaker, f"loa-{n}") for n in (4, 1, 2, 3)], at)
    assert [row.speaker.id for row in rows] == ["loa-3", "loa-2", "loa-1", "loa-4"]


def test_one_sample_in_ten_minutes_and_none_after_a_month(commune, speaker):
    database, start = commune.station().database, datetime(2026, 12, 1, 10, 3, tzinfo=UTC)
    before = None
    with database.write() as session:
        for minute in (0, 5, 9, 12):
            at = start + timedelta(minutes=minute)
            beat = Heartbeat(uptime_s=1, clock=ClockState.SYNCED, temperature_c=40.0 + minute)
            health.keep(session, speaker, beat, before, at)
            before = at
    with database.write() as session:
        kept = health.samples(session, speaker, start - timedelta(hours=1))
        assert [(s.at.minute, s.temperature_c, s.signal_dbm) for s in kept] == [(0, 40.0, None), (10, 49.0, None)]
        health.forget(session, start + timedelta(days=31))
        assert not health.samples(session, speaker, start - timedelta(hours=1))
