"""How a bulletin is read aloud is the officer's choice, part of the audio, and frozen with the text."""

import pytest

TEXT = "Ủy ban nhân dân xã thông báo. Họp thôn lúc 19h30 ngày 3/6/2026. Đề nghị bà con đến đông đủ."


@pytest.fixture
def version(commune):
    return commune.bulletin(text=TEXT)["version"]["id"]


def put(commune, version, who="canbo", **manner):
    return commune.call(who, "PUT", f"/versions/{version}/manner", json=manner)


def test_the_usual_manner_and_the_key_facts_that_were_found(commune, version):
    state = commune.call("canbo", "GET", f"/versions/{version}/manner")
    assert (state["manner"]["speed"], state["manner"]["repeat"], state["manner"]["voice"]) == (1.0, 1, "")
    sentences = commune.call("canbo", "GET", f"/versions/{version}")["script"]["sentences"]
    assert state["key_facts_now"] == [sentences[1]["id"]]


def test_speed_pauses_and_repetition_are_heard_in_the_audio(commune, version):
    usual = commune.ready(version)
    after = put(
        commune, version, speed=0.8, sentence_pause_ms=2000, paragraph_pause_ms=2000, repeat=2, repeat_key_facts=True, chime=False,
        station_call="Đây là đài xã.", closing="Xin hết.",
    )  # fmt: skip
    assert after["edit_count"] == 1
    made = commune.ready(version)
    assert made["sha256"] != usual["sha256"]
    assert [entry["index"] for entry in made["timeline"]] == [-1, 0, 1, 2, 0, 1, 2, 1, -2]
    lengths = [next(e["end_ms"] - e["start_ms"] for e in m["timeline"] if e["index"] == 0) for m in (usual, made)]
    assert lengths[1] == pytest.approx(lengths[0] / 0.8, rel=0.02)
    first, second = made["timeline"][1:3]
    assert second["start_ms"] - first["end_ms"] == pytest.approx(2000, abs=2)


def test_the_same_manner_again_is_no_change(commune, version):
    assert put(commune, version, speed=0.9)["edit_count"] == 1
    assert put(commune, version, speed=0.9)["edit_count"] == 1
    assert put(commune, version)["manner"]["speed"] == 1.0


def test_chosen_key_facts_take_the_place_of_the_found_ones(commune, version):
    last = commune.call("canbo", "GET", f"/versions/{version}")["script"]["sentences"][2]["id"]
    assert put(commune, version, key_facts=[last], repeat_key_facts=True)["key_facts_now"] == [last]


IMPOSSIBLE = [
    ({"speed": 3}, "speed"),
    ({"pitch_st": -9}, "pitch_st"),
    ({"sentence_pause_ms": -1}, "sentence_pause_ms"),
    ({"repeat": 99}, "repeat"),
    ({"voice": "khong-co"}, "khong-co"),
    ({"voice": "espeak-vi"}, "espeak-vi"),
    ({"key_facts": ["khong-co"]}, "khong-co"),
    ({"key_facts": [], "repeat_key_facts": True}, "ý chính"),
    ({"volume": 11}, "volume"),
]


def test_what_cannot_be_is_refused(commune, version):
    for manner, word in IMPOSSIBLE:
        assert word in commune.error("canbo", "PUT", f"/versions/{version}/manner", 422, json=manner)
    assert commune.call("canbo", "GET", f"/versions/{version}/manner")["edit_count"] == 0


def test_only_drafts_only_by_writers_only_what_was_seen(commune, version):
    path = f"/versions/{version}/manner"
    commune.error("lanhdao", "PUT", path, 403, json={"speed": 0.9})
    put(commune, version, speed=0.9)
    assert "sửa" in commune.error("canbo", "PUT", f"{path}?edit_count=0", 409, json={"speed": 1.1})
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    assert "bản nháp" in commune.error("canbo", "PUT", path, 409, json={"speed": 1.1})
    draft = commune.call("canbo", "POST", f"/versions/{version}/revise")["id"]
    assert commune.call("canbo", "GET", f"/versions/{draft}/manner")["manner"]["speed"] == 0.9


def test_another_installed_voice_reads(commune, version):
    voices = commune.call("canbo", "GET", "/voices")["items"]
    assert {"kokoro-vi-nu", "kokoro-vi-nam"} <= {voice["id"] for voice in voices}
    put(commune, version, voice="kokoro-vi-nam")
    assert commune.ready(version)["voice"] == "kokoro-vi-nam"
