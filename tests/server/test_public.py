"""What anybody may see without an account: aired and approved, nothing else; feedback at a human pace."""

from datetime import timedelta

import pytest
from sqlmodel import select

from protocol.priorities import Priority
from protocol.states import State
from server import feedback
from server.feedback import Pace, TooManyError
from server.tables import Bulletin, Delivery, Occurrence, Person, Version
from server.tables.columns import now


@pytest.fixture
def aired(commune):
    """air(version, area): as if it had sounded an hour ago."""
    commune.speaker("loa-1")

    def air(version, area="khuoi-nan", state=State.PLAYED, *, test=False, days=0):
        made = commune.schedule(version, area=area, who="lanhdao", test=test)["occurrences"][0]["id"]
        with commune.station().database.write() as session:
            occurrence = session.get(Occurrence, made)
            occurrence.due_at = now() - timedelta(hours=1, days=days)
            session.add(occurrence)
            for row in session.exec(select(Delivery).where(Delivery.occurrence_id == made)):
                row.state = state
                session.add(row)
        return version

    return air


def archive(commune):
    return [item["version_id"] for item in commune.call(None, "GET", "/public/archive")["items"]]


def test_only_what_was_aired_in_earnest_can_be_heard_again(commune, aired):
    shown = aired(commune.approved(title="Đã phát"))
    aired(commune.approved(title="Diễn tập"), test=True)
    aired(commune.approved(title="Loa hỏng"), state=State.FAILED)
    aired(commune.approved(title="Năm ngoái"), days=40)
    aired(commune.approved(title="Riêng một thôn"), area="na-it")
    commune.approved(title="Chưa phát")
    commune.bulletin(title="Bản nháp")
    assert archive(commune) == [shown]
    assert commune.call(None, "GET", f"/public/archive/{shown}")["title"] == "Đã phát"


def test_what_sounds_all_day_pushes_nothing_off_the_page_and_a_relay_is_not_on_it(commune, aired):
    seldom, often, radio = (
        aired(commune.approved(title=title), days=days) for title, days in (("1", 2), ("2", 0), ("3", 1))
    )
    with commune.station().database.write() as session:
        session.get(Bulletin, session.get(Version, radio).bulletin_id).priority = Priority.RELAY
        played = session.exec(select(Occurrence).where(Occurrence.version_id == often)).one()
        for minutes in range(1, 250):
            at = played.due_at - timedelta(minutes=minutes)
            again = Occurrence(schedule_id=played.schedule_id, version_id=often, due_at=at, not_after=at)
            session.add(again)
            session.flush()
            session.add(Delivery(occurrence_id=again.id, speaker_id="loa-1", state=State.PLAYED))
    assert archive(commune) == [often, seldom]


def test_what_is_withdrawn_or_closed_is_gone_at_once(commune, aired):
    version = aired(commune.approved())
    commune.call("lanhdao", "POST", f"/versions/{version}/withdraw")
    assert archive(commune) == []
    commune.error(None, "GET", f"/public/archive/{version}", 404)
    commune.error(None, "GET", f"/public/archive/{version}/audio", 404)


def test_the_commune_decides(commune, aired):
    village = aired(commune.approved(title="Riêng một thôn"), area="na-it")
    commune.error("canbo", "PUT", "/public/rules", 403, json={"villages": True})
    commune.call("lanhdao", "PUT", "/public/rules", json={"villages": True})
    assert archive(commune) == [village]
    commune.call("lanhdao", "PUT", "/public/rules", json={"archive": False, "schedule": False, "feedback": False})
    assert archive(commune) == []
    assert commune.call(None, "GET", "/public/schedule")["items"] == []
    commune.error(None, "POST", "/public/feedback", 422, json={"kind": "too_loud"})


def test_the_schedule_names_what_is_approved_and_hides_what_is_a_villages(commune):
    commune.speaker("loa-1")
    commune.schedule(commune.approved(title="Của xã"), area="khuoi-nan", who="lanhdao")
    commune.schedule(commune.approved(title="Của thôn"), area="na-it", who="lanhdao")
    waiting = commune.bulletin(title="Chờ duyệt")["version"]["id"]
    commune.rendered(waiting)
    commune.call("canbo", "POST", f"/versions/{waiting}/submit")
    commune.schedule(waiting, area="khuoi-nan", when_approved=True)
    found = commune.call(None, "GET", "/public/schedule")["items"]
    assert sorted((item["area_name"], item["title"]) for item in found) == [
        ("Thôn Nà Ít", ""),
        ("Xã Khuổi Nằn", "Của xã"),
    ]


def test_a_word_its_answer_and_who_may_read_it(commune):
    taken = commune.call(None, "POST", "/public/feedback", json={"kind": "too_early", "text": "Bốn giờ sáng"})
    (ticket,) = commune.call("canbo", "GET", "/feedback")["items"]
    path = f"/feedback/{ticket['id']}/answer"
    commune.error("kythuat", "POST", path, 403, json={"answer": "Vâng"})
    commune.call("canbo", "POST", path, json={"answer": "Từ mai phát lúc 5 giờ 30."})
    assert commune.call(None, "GET", "/public/feedback")["items"] == []  # answered, not published
    code = taken["code"].lower()
    assert commune.call(None, "GET", f"/public/feedback/{code}")["answer"] == "Từ mai phát lúc 5 giờ 30."
    commune.call("canbo", "POST", path, json={"answer": "Từ mai phát lúc 5 giờ 30.", "publish": True})
    (shown,) = commune.call(None, "GET", "/public/feedback")["items"]
    assert "code" not in shown
    commune.error(None, "GET", "/public/feedback/AAAAAAAAAA", 404)


def test_a_word_without_an_answer_is_not_lost_below_newer_ones(commune):
    for kind in ("too_early", "too_loud", "not_heard"):
        commune.call(None, "POST", "/public/feedback", json={"kind": kind})
    for ticket in commune.call("canbo", "GET", "/feedback")["items"][:2]:
        commune.call("canbo", "POST", f"/feedback/{ticket['id']}/drop")
    with commune.station().database.read() as session:
        officer = session.exec(select(Person).where(Person.username == "canbo")).one()
        found = feedback.inbox(session, officer, limit=2)
    assert [row.kind for row in found] == ["too_early", "not_heard"]


def test_feedback_about_what_is_not_public_is_refused(commune):
    body = {"kind": "too_loud", "version_id": commune.approved()}
    commune.error(None, "POST", "/public/feedback", 404, json=body)


def test_five_words_in_ten_minutes_from_one_address(commune):
    for _ in range(5):
        commune.call(None, "POST", "/public/feedback", json={"kind": "too_loud"})
    assert "đợi ít phút" in commune.error(None, "POST", "/public/feedback", 429, json={"kind": "too_loud"})


def test_the_pace_forgets_and_counts_each_address_by_itself():
    at = 0.0
    pace = Pace(most=2, window_s=10, clock=lambda: at)
    pace.take("a")
    pace.take("a")
    pace.take("b")
    with pytest.raises(TooManyError):
        pace.take("a")
    at = 10.5
    pace.take("a")


def test_hidden_by_hand(commune, aired):
    version = aired(commune.approved())
    bulletin = commune.call("canbo", "GET", f"/versions/{version}")["bulletin_id"]
    commune.error("kythuat", "PUT", f"/public/withheld/{bulletin}", 403)
    commune.call("canbo", "PUT", f"/public/withheld/{bulletin}")
    assert archive(commune) == []
    commune.call("canbo", "DELETE", f"/public/withheld/{bulletin}")
    assert archive(commune) == [version]
