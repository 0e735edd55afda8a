"""Chimes, recordings and music as items of their own: real audio of a known length, approved like a bulletin."""

import numpy as np
import pytest
import soundfile

from tests.server.browser import Browser
from voices.ffmpeg import run_ffmpeg

RATE_HZ = 24_000


@pytest.fixture(scope="session")
def tune(tmp_path_factory):
    """Three seconds of a tone."""
    path = tmp_path_factory.mktemp("tune") / "bai-hat.wav"
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE_HZ) / RATE_HZ)
    soundfile.write(path, tone, RATE_HZ, subtype="PCM_16")
    return path


@pytest.fixture
def village(commune):
    commune.speaker("loa-1")
    return commune


def sound(commune, kind, path=None, expect=None, **fields):
    files = {"file": (path.name, path.read_bytes())} if path else None
    return commune.call("canbo", "POST", "/sounds", data={"kind": kind, **fields}, files=files, expect=expect)


def approved(commune, made):
    version = made["version"]["id"]
    commune.wait_ready(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    return version


def heard(commune, version):
    """The finished audio, decoded."""
    path = (
        commune.settings.audio_dir / f"{commune.call('canbo', 'GET', f'/versions/{version}/production')['sha256']}.opus"
    )
    pcm, _ = run_ffmpeg(["-i", path, "-ac", "1", "-ar", "8000", "-f", "s16le", "-"])
    return np.frombuffer(pcm, "<i2").astype(float)


def test_a_programme_of_chime_recording_and_music_has_real_sound_and_a_known_length(village, tune):
    made = {
        "chime": sound(village, "chime"),
        "recording": sound(village, "recording", tune, title="Lời chúc của chủ tịch xã"),
        "music": sound(village, "music", tune, title="Bài hát quê hương"),
    }
    assert made["chime"]["title"] == "Nhạc hiệu"
    versions = {kind: approved(village, one) for kind, one in made.items()}
    items = [{"kind": kind, "id": one["id"]} for kind, one in made.items()]
    body = {"title": "Sáng", "area_id": "khuoi-nan", "slot_s": 60, "pause_s": 1, "items": items}
    programme = village.call("canbo", "POST", "/programmes", json=body)
    assert programme["problem"] == ""
    for kind, part in zip(made, programme["parts"], strict=True):
        samples = heard(village, versions[kind])
        assert abs(len(samples) / 8 - part["length_ms"]) < 2
        assert np.abs(samples).max() > 1000
    chime, recording, music = (part["length_ms"] for part in programme["parts"])
    assert 2_000 < chime < 3_500
    assert 2_700 < recording < 3_700
    assert 2_700 < music < 3_700
    assert programme["length_ms"] == chime + recording + music + 2_000
    (production,) = [village.call("canbo", "GET", f"/versions/{versions['music']}/production")]
    assert production["total"] == 0
    assert [one["kind"] for one in village.call("canbo", "GET", "/sounds")["items"]] == ["music", "recording", "chime"]
    uses = village.call("canbo", "GET", f"/bulletins/{made['music']['id']}/uses")
    assert [one["title"] for one in uses["programmes"]] == ["Sáng"]


def test_a_kind_that_it_is_not_is_refused_and_so_is_what_has_no_sound(village, tune, tmp_path):
    made = sound(village, "music", tune)
    body = {"title": "Sáng", "area_id": "khuoi-nan", "slot_s": 60, "items": [{"kind": "bulletin", "id": made["id"]}]}
    assert "không phải loại mục" in village.error("canbo", "POST", "/programmes", 422, json=body)
    sound(village, "recording", expect=422)
    broken = tmp_path / "hong.mp3"
    broken.write_bytes(b"khong phai am thanh")
    sound(village, "recording", broken, expect=422)
    sound(village, "hymn", expect=422)
    assert len(village.call("canbo", "GET", "/sounds")["items"]) == 1
    village.call("kythuat", "POST", "/sounds", data={"kind": "chime"}, expect=403)
    version = made["version"]["id"]
    (track,) = village.call("canbo", "GET", f"/versions/{version}/tracks")["items"]
    village.call("canbo", "DELETE", f"/versions/{version}/tracks/{track['id']}")
    assert "Chưa có âm thanh" in village.error("canbo", "POST", f"/versions/{version}/submit", 409)


def test_by_hand_it_waits_for_the_leader_at_once(village, tune):
    officer = Browser.signed_in(village.client, "canbo")
    officer.open("/chuong-trinh")
    page = officer.send("/chuong-trinh/am-thanh", kind="recording", title="Lời dặn", status=422)
    assert "Chưa có tệp âm thanh" in page
    files = {"file": (tune.name, tune.read_bytes())}
    page = officer.send("/chuong-trinh/am-thanh", kind="recording", title="Lời dặn", files=files)
    assert "Đang chờ lãnh đạo duyệt" in page
    assert "Kịch bản đọc" not in page  # nothing of it is read
    assert "Giọng đọc của đài" not in page
    (made,) = village.call("canbo", "GET", "/sounds")["items"]
    assert (made["title"], made["kind"], made["version"]["status"]) == ("Lời dặn", "recording", "submitted")
    assert "Lời dặn" in Browser.signed_in(village.client, "lanhdao").open("/ban-tin/cho-duyet")
