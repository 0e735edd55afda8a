"""Remote care without scripts: what may be asked of a box, when it tests itself, which software it may get."""

from datetime import time, timedelta

import pytest

from server import releases
from server.console import boxlog
from server.tables import DeviceEvent, Speaker
from server.tables.columns import now
from server.technician import board
from tests.server.browser import Browser


@pytest.fixture
def technician(commune):
    commune.speaker("loa-1")
    with commune.station().database.write() as session:
        speaker = session.get(Speaker, "loa-1")
        speaker.enrolled_at = now()
        session.add(speaker)
    return Browser.signed_in(commune.client, "kythuat")


def kept(commune, speaker_id="loa-1"):
    with commune.station().database.read() as session:
        return session.get(Speaker, speaker_id)


def test_the_hour_of_the_self_test_is_set_for_one_and_for_all(commune, technician):
    commune.speaker("loa-2")
    assert 'value="21:15"' in technician.open("/ky-thuat/loa-1")
    technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="20:45")
    assert (kept(commune).self_test_at, kept(commune, "loa-2").self_test_at) == (time(20, 45), time(21, 15))
    technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="19:30", everywhere="true")
    assert {kept(commune, name).self_test_at for name in ("loa-1", "loa-2")} == {time(19, 30)}
    technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="19:30", never="true")
    assert kept(commune).self_test_at is None
    assert commune.call("kythuat", "PATCH", "/speakers/loa-1", json={"self_test": True})["self_test_at"] == "21:15:00"
    assert "Hãy chọn giờ" in technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="25:00", status=422)
    assert "giờ ở địa phương" in technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="21:15Z", status=422)
    officer = Browser.signed_in(commune.client, "truongthon")
    officer.send("/ky-thuat/loa-1/tu-kiem-tra", hour="06:00", status=403)


def test_an_hour_at_which_nothing_may_sound_is_warned_about(commune, technician):
    rules = {"allowed": [{"start": "05:00", "end": "21:00"}]}
    commune.call("lanhdao", "PUT", f"/areas/{commune.area('khuoi-nan')}/policy", json=rules)
    assert "ngoài giờ được phát" in technician.open("/ky-thuat/loa-1")
    technician.send("/ky-thuat/loa-1/tu-kiem-tra", hour="20:30")
    assert "ngoài giờ được phát" not in technician.open("/ky-thuat/loa-1")


def test_what_a_box_told_of_itself_is_told_in_words(commune, technician):
    weak = {"finding": "weak", "score": 21.5, "level_db": -48.2, "delay_ms": 380.0, "distortion": 0.04}
    told = [
        ("self_test", weak),
        ("refused", {"topic": "alert", "refusal": "bad_signature"}),
        ("refused", {"refusal": "x"}),
    ]
    with commune.station().database.write() as session:
        for seq, (kind, data) in enumerate(told):
            at = now() - timedelta(minutes=seq)
            session.add(DeviceEvent(speaker_id="loa-1", epoch="e", seq=seq, at=at, type=kind, data=data))
    page = technician.open("/ky-thuat/loa-1")
    assert "tiếng loa yếu" in page
    assert "−48,2 dB" in page
    assert "chữ ký không đúng" in page
    assert "bad_signature" not in page


def test_only_software_that_lies_on_the_station_can_be_ordered(commune, technician):
    assert "Chưa có gói phần mềm" in technician.open("/ky-thuat/loa-1")
    folder = commune.settings.release_dir
    folder.mkdir(parents=True)
    for version in ("0.9.0", "0.10.0"):
        (folder / f"loa-agent-{version}.tar").write_bytes(version.encode())
    (folder / "loa-agent-evil name.tar").write_bytes(b"x")
    (folder / "loa-agent-1.0.0.tar").touch()  # still being copied
    assert [each.version for each in releases.offered(commune.settings)] == ["0.10.0", "0.9.0"]
    own = {"version": "0.9.0", "sha256": "0" * 64, "bytes": 1, "urls": ["https://elsewhere.example/x.tar"]}
    for args in (own, {"version": "0.8.0"}, {}):
        body = {"op": "update", "args": args}
        assert "không có gói" in commune.error("kythuat", "POST", "/speakers/loa-1/commands", 422, json=body)
    technician.send("/ky-thuat/loa-1/lenh", op="update", version="0.9.0")
    (sent,) = commune.call("kythuat", "GET", "/speakers/loa-1/commands")["items"]
    release = releases.offered(commune.settings)[1]
    path = f"/agent/v1/releases/{release.sha256}"
    assert sent["args"] == {"version": "0.9.0", "sha256": release.sha256, "bytes": 5, "urls": [path]}
    assert commune.client.get(path).status_code in {401, 403}


@pytest.mark.parametrize("op", ["decommission", "dance", ""])
def test_what_is_no_button_is_refused(technician, op):
    technician.send("/ky-thuat/loa-1/lenh", op=op, status=422)


def test_a_box_is_wiped_only_on_the_typed_word(commune, technician):
    assert "gõ chữ XOÁ" in technician.send("/ky-thuat/loa-1/xoa-sach", confirm="", status=422)
    technician.send("/ky-thuat/loa-1/xoa-sach", confirm=" xóa ")
    (sent,) = commune.call("kythuat", "GET", "/speakers/loa-1/commands")["items"]
    assert sent["op"] == "decommission"


def test_a_log_is_a_table_the_newest_first_and_what_is_cut_off_stays_whole():
    found = boxlog.lines(
        {
            "lines": [
                '{"event": "fetched", "sha256": "ab", "level": "info", "timestamp": "2026-11-22T04:00:00Z"}',
                '{"event": "refused", "level": "warning", "timestamp": "2026-11-22T04:01:00Z"}',
                '{"event": "cut o',
                "[]",
            ]
        }
    )
    assert [line.text for line in found] == ["[]", '{"event": "cut o', "refused", "fetched"]
    assert [line.grave for line in found] == [False, False, True, False]
    assert found[-1].rest == "sha256=ab"
    assert boxlog.lines({"lines": "none"}) == []


def test_a_horn_that_was_heard_testing_itself_is_green_until_a_test_fails(commune, technician):
    def horn():
        with commune.station().database.read() as session:
            (row,) = board(session, [session.get(Speaker, "loa-1")], now())
        return row.chain.links[-1]

    with commune.station().database.write() as session:
        speaker = session.get(Speaker, "loa-1")
        speaker.online, speaker.last_heard_at = True, now()
        session.add(speaker)
    good = {"finding": "good", "score": 31.0, "level_db": -18.0}
    for seq, (data, why) in enumerate(
        [
            (good | {"monitor": True}, "not_heard_by_ear"),
            (good, "test_was_heard"),
            ({"finding": "something newer"}, "not_heard_by_ear"),
            (good, "test_was_heard"),
            (good | {"finding": "silent"}, "not_heard_by_ear"),
        ]
    ):
        with commune.station().database.write() as session:
            at = now() - timedelta(minutes=9 - seq)
            session.add(DeviceEvent(speaker_id="loa-1", epoch="e", seq=seq, at=at, type="self_test", data=data))
        assert horn().why == why
    assert "loa-1" in technician.open("/ky-thuat")
