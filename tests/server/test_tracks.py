"""Recordings in other languages: taken as phones make them, cleaned, put in order, heard; what is no sound is refused."""

import subprocess

import numpy as np
import pytest
import soundfile
from sqlalchemy import event
from sqlmodel import Session

from server.tables import Track

TEXT = "Ủy ban nhân dân xã thông báo. Ngày mai họp thôn."
RATE_HZ = 24_000


@pytest.fixture(scope="session")
def recording(tmp_path_factory):
    """Someone speaks for two seconds, with a second of silence on both sides."""
    folder = tmp_path_factory.mktemp("recording")
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 12)) * (
        0.4 + 0.6 * np.sin(2 * np.pi * 3 * t) ** 2
    )
    quiet = np.zeros(RATE_HZ)
    path = folder / "ban-tay.wav"
    soundfile.write(path, 0.2 * np.concatenate([quiet, voice / np.abs(voice).max(), quiet]), RATE_HZ, subtype="PCM_16")
    return path


@pytest.fixture(scope="session")
def webm(recording):
    path = recording.with_suffix(".webm")
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", recording, "-c:a", "libopus", path], check=True)
    return path


@pytest.fixture
def version(commune):
    return commune.bulletin(text=TEXT)["version"]["id"]


def add(commune, version, path, language="tyz", who="canbo", expect=None, **fields):
    with path.open("rb") as file:
        files = {"file": (path.name, file)}
        data = {"language": language, **fields}
        return commune.call(who, "POST", f"/versions/{version}/tracks", files=files, data=data, expect=expect)


def sounds(commune):
    return sorted(path.name for path in commune.settings.track_dir.iterdir())


def test_recordings_sound_in_the_chosen_order_and_go_again(commune, version, recording, webm):
    tay = add(commune, version, recording, title="Bà Hoàng Thị Mỵ đọc")["items"][0]
    assert (tay["language_name"], tay["title"]) == ("Tày", "Bà Hoàng Thị Mỵ đọc")
    assert 1_800 < tay["duration_ms"] < 2_600
    state = add(commune, version, webm, language="ium")
    dao = state["items"][1]
    assert dao["title"] == "Bản tiếng Dao (Ưu Miền)"
    assert state["order"] == ["speech", tay["id"], dao["id"]]
    order = [dao["id"], "speech", tay["id"]]
    assert commune.call("canbo", "PUT", f"/versions/{version}/tracks/order", json={"order": order})["order"] == order
    made = commune.ready(version)
    assert [(e["index"], e["language"]) for e in made["timeline"]] == [(-3, "ium"), (0, "vi"), (1, "vi"), (-3, "tyz")]
    heard = commune.client.get(
        f"/api/v1/versions/{version}/tracks/{tay['id']}/audio",
        headers={"Authorization": f"Bearer {commune.token('canbo')}"},
    )
    assert heard.content[:4] == b"fLaC"
    left = commune.call("canbo", "DELETE", f"/versions/{version}/tracks/{dao['id']}")
    assert left["order"] == ["speech", tay["id"]]
    assert sounds(commune) == [f"{tay['sha256']}.flac"]
    assert [e["language"] for e in commune.ready(version)["timeline"]] == ["vi", "vi", "tyz"]


def test_a_new_recording_comes_after_all_others_also_when_one_went_before(commune, version, recording):
    for language in ("tyz", "nut", "ium"):
        add(commune, version, recording, language=language)
    *gone, kept = (track["id"] for track in commune.call("canbo", "GET", f"/versions/{version}/tracks")["items"])
    for track in gone:
        commune.call("canbo", "DELETE", f"/versions/{version}/tracks/{track}")
    newest = add(commune, version, recording, language="km")
    assert newest["order"][:2] == ["speech", kept]
    assert [track["language"] for track in newest["items"]] == ["ium", "km"]


def test_music_lies_under_the_whole_programme(commune, version, recording):
    without = commune.ready(version)
    state = add(commune, version, recording, language="zxx")
    assert (state["order"], state["items"][0]["language_name"]) == (["speech"], "Nhạc nền")
    assert "nhạc nền" in add(commune, version, recording, language="zxx", expect=409)["error"]["message"]
    made = commune.ready(version)
    assert [e["index"] for e in made["timeline"]] == [0, 1]
    assert made["sha256"] != without["sha256"]


def test_a_new_version_keeps_the_recordings_and_an_approved_one_is_frozen(commune, version, recording):
    track = add(commune, version, recording)["items"][0]
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    assert "bản nháp" in add(commune, version, recording, expect=409)["error"]["message"]
    commune.error("canbo", "DELETE", f"/versions/{version}/tracks/{track['id']}", 409)
    draft = commune.call("canbo", "POST", f"/versions/{version}/revise")["id"]
    (kept,) = commune.call("canbo", "GET", f"/versions/{draft}/tracks")["items"]
    assert kept["sha256"] == track["sha256"]
    commune.call("canbo", "DELETE", f"/versions/{draft}/tracks/{kept['id']}")
    assert sounds(commune) == [f"{track['sha256']}.flac"]  # the approved version has it still


def test_a_removal_that_is_not_committed_costs_no_sound(commune, version, recording):
    track = add(commune, version, recording)["items"][0]
    commune.token("canbo")

    def full(session):
        if any(isinstance(row, Track) for row in session.deleted):  # what else the station writes is none of ours
            raise OSError(28, "No space left on device")

    event.listen(Session, "before_commit", full)
    try:
        commune.error("canbo", "DELETE", f"/versions/{version}/tracks/{track['id']}", 507)
    finally:
        event.remove(Session, "before_commit", full)
    assert sounds(commune) == [f"{track['sha256']}.flac"]
    commune.call("canbo", "DELETE", f"/versions/{version}/tracks/{track['id']}")
    assert sounds(commune) == []


def test_its_language_and_title_can_be_corrected(commune, version, recording):
    track = add(commune, version, recording)["items"][0]
    path = f"/versions/{version}/tracks/{track['id']}"
    (changed,) = commune.call("canbo", "PATCH", path, json={"language": "NUT", "title": "Bản tiếng Nùng"})["items"]
    assert (changed["language"], changed["title"]) == ("nut", "Bản tiếng Nùng")
    commune.error("canbo", "PATCH", path, 409, json={"language": "zxx"})
    assert "ngôn ngữ" in commune.error("canbo", "PATCH", path, 422, json={"language": "tiếng Tày"})


def test_whoever_added_a_recording_does_not_approve_it(commune, recording):
    commune.call(
        "lanhdao", "POST", "/people",
        json={"username": "tinh", "name": "Cán bộ tỉnh", "role": "province", "password": "mật khẩu đủ dài", "area_id": "khuoi-nan"},
    )  # fmt: skip
    version = commune.bulletin()["version"]["id"]
    add(commune, version, recording, who="tinh")
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "sửa" in commune.error("tinh", "POST", f"/versions/{version}/approve", 403)


def bad_sounds(folder):
    silence = folder / "im-lang.wav"
    soundfile.write(silence, np.zeros(RATE_HZ), RATE_HZ)
    long = folder / "ba-gio.flac"
    soundfile.write(long, np.zeros(3 * 3600 * 8000, np.int16), 8000)
    broken = folder / "hong.webm"
    broken.write_bytes(b"\x1aE\xdf\xa3" + b"\xff" * 5000)
    text = folder / "van-ban.mp3"
    text.write_text("Đây không phải âm thanh")
    empty = folder / "rong.wav"
    empty.write_bytes(b"")
    return {"im-lang": silence, "dài quá 30 phút": long, "hỏng": broken, "không phải âm thanh": text, "0 byte": empty}


def test_what_is_no_recording_is_refused_and_leaves_nothing(commune, version, recording, tmp_path):
    for word, path in bad_sounds(tmp_path).items():
        message = add(commune, version, path, expect=422)["error"]["message"]
        assert word in message or word in path.stem, message
        assert sounds(commune) == []
    assert "ngôn ngữ" in add(commune, version, recording, language="!!", expect=422)["error"]["message"]
    assert commune.call("canbo", "GET", f"/versions/{version}/tracks")["edit_count"] == 0


def test_a_wrong_order_is_refused(commune, version, recording):
    track = add(commune, version, recording)["items"][0]["id"]
    path = f"/versions/{version}/tracks/order"
    for order in ([track], ["speech"], ["speech", track, track], ["speech", "khac"]):
        assert "Thứ tự" in commune.error("canbo", "PUT", path, 422, json={"order": order})


def test_a_full_disk_is_told_and_leaves_nothing(commune, version, recording, monkeypatch):
    from server.bulletins import files

    def full(*_):
        raise OSError(28, "No space left on device")

    commune.token("canbo")
    with monkeypatch.context() as disk:
        disk.setattr(files, "put", full)
        assert "đầy" in add(commune, version, recording, expect=507)["error"]["message"]
    assert sounds(commune) == []
    assert commune.call("canbo", "GET", f"/versions/{version}/tracks")["items"] == []


def test_larger_than_a_document_but_not_endless(commune, version):
    headers = {"Authorization": f"Bearer {commune.token('canbo')}", "Content-Length": str(10**12)}
    answer = commune.client.post(f"/api/v1/versions/{version}/tracks", headers=headers, content=b"x")
    assert answer.status_code == 413


def test_recordings_are_in_the_backup(commune, version, recording, tmp_path):
    import tarfile

    from server.backup import backup

    track = add(commune, version, recording)["items"][0]
    backup(commune.settings, tmp_path / "luu.tar.gz")
    with tarfile.open(tmp_path / "luu.tar.gz") as archive:
        assert f"tracks/{track['sha256']}.flac" in archive.getnames()


def test_a_lost_recording_fails_the_audio_with_words(commune, version, recording):
    track = add(commune, version, recording)["items"][0]
    with commune.station().database.read() as session:
        assert session.get(Track, track["id"]) is not None
    (commune.settings.track_dir / f"{track['sha256']}.flac").unlink()
    state = commune.ready(version)
    assert state["status"] == "failed"
    assert state["error"]
    notices = commune.call("canbo", "GET", "/notices")["items"]
    assert [notice["kind"] for notice in notices] == ["audio-failed"]
