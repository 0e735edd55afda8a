"""The main job over the API: upload, read, render, approve, put on air."""

from datetime import datetime, timedelta

import pytest

DATABASES = "both"


@pytest.fixture
def document(tmp_path):
    import docx

    path = tmp_path / "thong-bao.docx"
    document = docx.Document()
    for paragraph in ("THÔNG BÁO", "Về việc họp thôn", "Ngày 3/6/2026, UBND xã họp lúc 19h30 tại nhà văn hóa."):
        document.add_paragraph(paragraph)
    document.save(path)
    return path


def test_from_document_to_deliveries(commune, document):
    commune.speaker("loa-1")
    commune.speaker("loa-2")
    commune.speaker("loa-khac", "khuoi-khit")
    with document.open("rb") as file:
        bulletin = commune.call("canbo", "POST", "/bulletins", files={"file": ("thông báo.docx", file)})
    version = bulletin["version"]["id"]
    spoken = " ".join(s["spoken"] for s in bulletin["script"]["sentences"] if not s["skipped_reason"])
    assert "mười chín giờ ba mươi" in spoken
    state = commune.ready(version)
    assert state["status"] == "ready"
    assert (
        state["done"] == state["total"] == len([s for s in bulletin["script"]["sentences"] if not s["skipped_reason"]])
    )
    ids = {s["id"] for s in bulletin["script"]["sentences"]}
    assert {entry["sentence_id"] for entry in state["timeline"]} <= ids
    audio = commune.client.get(
        f"/api/v1/versions/{version}/audio", headers={"Authorization": f"Bearer {commune.token('canbo')}"}
    )
    assert audio.content[:4] == b"OggS"
    assert len(audio.content) == state["bytes"]
    part = commune.client.get(
        f"/api/v1/versions/{version}/audio",
        headers={"Authorization": f"Bearer {commune.token('canbo')}", "Range": "bytes=4-9"},
    )
    assert part.status_code == 206
    assert part.content == audio.content[4:10]
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    approved = commune.call("lanhdao", "POST", f"/versions/{version}/approve", json={"note": "Đồng ý phát"})
    assert approved["status"] == "approved"
    before = commune.air.kicks
    start_at = commune.soon()
    schedule = commune.schedule(version, commune.area("na-it"), start_at=start_at)
    assert commune.air.kicks > before
    (occurrence,) = schedule["occurrences"]
    assert datetime.fromisoformat(occurrence["due_at"]) == start_at
    assert {d["speaker_id"] for d in occurrence["deliveries"]} == {"loa-1", "loa-2"}
    assert {d["state"] for d in occurrence["deliveries"]} == {"QUEUED"}
    assert commune.call("canbo", "GET", f"/occurrences/{occurrence['id']}") == occurrence
    assert [o["id"] for o in commune.call("canbo", "GET", "/occurrences")["items"]] == [occurrence["id"]]


def test_a_draft_is_edited_and_what_is_approved_is_frozen(commune):
    bulletin = commune.bulletin()
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]
    path = f"/versions/{version}/sentences/{sentence['id']}"
    edited = commune.call("canbo", "PATCH", path, json={"spoken": "Xin chào bà con", "edit_count": 0})
    assert edited["edit_count"] == 1
    assert edited["script"]["sentences"][0]["spoken"] == "Xin chào bà con"
    assert "vừa sửa" in commune.error("canbo2", "PATCH", path, 409, json={"spoken": "khác", "edit_count": 0})
    silent = commune.call("canbo", "PATCH", path, json={"aloud": False})
    assert silent["script"]["sentences"][0]["skipped_reason"]
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "bản nháp" in commune.error("canbo", "PATCH", path, 409, json={"spoken": "muộn"})
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")
    commune.error("canbo", "PATCH", path, 409, json={"spoken": "muộn"})
    draft = commune.call("canbo", "POST", f"/versions/{version}/revise")
    assert (draft["number"], draft["status"], draft["edit_count"]) == (2, "draft", 0)
    assert draft["script"] == commune.call("canbo", "GET", f"/versions/{version}")["script"]


def test_doubtful_places_are_resolved_one_by_one(commune):
    bulletin = commune.bulletin(text="Ban QLDAXYZ họp ngày mai tại xã.")
    version = bulletin["version"]["id"]
    sentence = next(s for s in bulletin["script"]["sentences"] if s["flags"])
    path = f"/versions/{version}/sentences/{sentence['id']}/flags"
    after = commune.call("canbo", "POST", f"{path}/0", json={"spoken": "quản lý dự án"})
    resolved = next(s for s in after["script"]["sentences"] if s["id"] == sentence["id"])
    assert "quản lý dự án" in resolved["spoken"]
    assert len(resolved["flags"]) == len(sentence["flags"]) - 1
    commune.error("canbo", "POST", f"{path}/7", 404, json={"spoken": "gì"})


def test_the_audio_must_be_of_the_text_that_is_approved(commune):
    bulletin = commune.bulletin()
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]
    first = commune.ready(version)
    again = commune.call("canbo", "POST", f"/versions/{version}/production")
    assert again["sha256"] == first["sha256"]
    commune.call(
        "canbo", "PATCH", f"/versions/{version}/sentences/{sentence['id']}", json={"spoken": "Một câu hoàn toàn khác"}
    )
    commune.error("canbo", "GET", f"/versions/{version}/audio", 404)
    second = commune.ready(version)
    assert second["sha256"] != first["sha256"]
    assert second["edit_count"] == 1


def test_approval_waits_for_the_audio(commune, tmp_path):
    version = commune.bulletin(text="CHỜ một. CHỜ hai.")["version"]["id"]
    commune.call("canbo", "POST", f"/versions/{version}/submit")  # orders the audio
    assert "tiếng" in commune.error("lanhdao", "POST", f"/versions/{version}/approve", 409)
    (tmp_path / "go").touch()
    commune.wait_ready(version)
    commune.call("lanhdao", "POST", f"/versions/{version}/approve")


def test_nobody_approves_what_he_wrote_or_edited(commune):
    # a leader may not write; give the province somebody who may do both
    commune.call(
        "lanhdao",
        "POST",
        "/people",
        json={
            "username": "tinh",
            "name": "Cán bộ tỉnh",
            "role": "province",
            "password": "mật khẩu đủ dài",
            "area_id": "khuoi-nan",
        },
    )
    own = commune.bulletin("tinh")["version"]["id"]
    commune.rendered(own)
    commune.call("tinh", "POST", f"/versions/{own}/submit")
    assert "không được tự duyệt" in commune.error("tinh", "POST", f"/versions/{own}/approve", 403)
    commune.call("lanhdao", "POST", f"/versions/{own}/approve")
    bulletin = commune.bulletin("canbo")
    version, sentence = bulletin["version"]["id"], bulletin["script"]["sentences"][0]["id"]
    commune.call("tinh", "PATCH", f"/versions/{version}/sentences/{sentence}", json={"spoken": "Tỉnh sửa"})
    commune.rendered(version)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "sửa" in commune.error("tinh", "POST", f"/versions/{version}/approve", 403)


def test_sent_back_with_a_word(commune):
    version = commune.bulletin()["version"]["id"]
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "lý do" in commune.error("lanhdao", "POST", f"/versions/{version}/refuse", 422, json={"note": " "})
    refused = commune.call("lanhdao", "POST", f"/versions/{version}/refuse", json={"note": "Sai ngày họp"})
    assert (refused["status"], refused["decision_note"]) == ("refused", "Sai ngày họp")
    assert commune.call("canbo", "POST", f"/versions/{version}/revise")["number"] == 2


def test_a_withdrawn_version_takes_its_broadcasts_along(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    occurrence = commune.schedule(version)["occurrences"][0]
    commune.call("canbo", "POST", f"/versions/{version}/withdraw")
    after = commune.call("canbo", "GET", f"/occurrences/{occurrence['id']}")
    assert after["status"] == "withdrawn"
    assert [d["state"] for d in after["deliveries"]] == ["WITHDRAWN"]
    assert commune.schedule(version, expect=409)["error"]["code"] == "conflict"


def test_withdrawal_of_what_is_published_is_a_request(commune):
    from sqlmodel import select

    from protocol.states import State
    from server import deliveries
    from server.tables import Delivery
    from server.tables.columns import now

    commune.speaker("loa-1")
    occurrence = commune.schedule(commune.approved())["occurrences"][0]
    with commune.station().database.write() as session:
        delivery = session.exec(select(Delivery)).one()
        assert deliveries.move(delivery, State.UNKNOWN, at=now())
        assert deliveries.move(delivery, State.PLAYING, at=now())
        session.add(delivery)
    after = commune.call("canbo", "POST", f"/occurrences/{occurrence['id']}/withdraw")
    (delivery,) = after["deliveries"]
    assert delivery["state"] == "PLAYING"
    assert delivery["cancel_requested_at"] is not None
    assert "thu hồi" in commune.error("canbo", "POST", f"/occurrences/{occurrence['id']}/withdraw", 409)


def test_a_recurring_schedule_is_made_ahead_once(commune):
    from server.scheduling.materialise import lacking, materialise
    from server.tables.columns import now

    commune.speaker("loa-1")
    schedule = commune.schedule(commune.approved(), rule="FREQ=DAILY;COUNT=20")
    assert len(schedule["occurrences"]) == 8
    station = commune.station()
    with station.database.write() as session:
        assert not lacking(session, now(), station.settings.timezone)
        assert materialise(session, now(), station.settings.timezone) == 0
    with station.database.write() as session:
        assert lacking(session, now() + timedelta(days=3), station.settings.timezone)
        assert materialise(session, now() + timedelta(days=3), station.settings.timezone) == 3
    with station.database.write() as session:  # after an outage nothing is forgotten, though its time has passed
        assert materialise(session, now() + timedelta(days=40), station.settings.timezone) == 9
    with station.database.write() as session:
        assert materialise(session, now() + timedelta(days=60), station.settings.timezone) == 0
