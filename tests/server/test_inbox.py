"""Messages from above: by class, seen, taken, answered, and the answer reaches the sender exactly as long as it must be said."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from protocol.priorities import Priority
from server.bulletins import intake
from server.inbox import Answer, Round, Sent
from server.inbox.feed import FeedError
from server.tables import InboxMessage
from server.tables.columns import now
from server.ticks import Ticks

DATABASES = "both"
TEXT = "Ủy ban nhân dân tỉnh thông báo. Đề nghị bà con tiêm phòng cho gia súc trước ngày 15/8/2026."


@dataclass
class FakeFeed:
    """A province in memory."""

    name: str = "tinh"
    there: list = field(default_factory=list)
    told: list = field(default_factory=list)
    broken: bool = False
    unknown: set = field(default_factory=set)
    """Ids that the sender does not know any more."""

    def fetch(self):
        if self.broken:
            raise FeedError("mất mạng")
        return self.there

    def answer(self, remote_id, answer, note):
        if self.broken:
            raise FeedError("mất mạng")
        if remote_id in self.unknown:
            raise FeedError("không có tin này")
        self.told.append((remote_id, answer, note))


@pytest.fixture
def feed():
    return FakeFeed()


@pytest.fixture
def turn(commune, feed):
    return Round(commune.station().database, feed).run


def sent(remote_id, **facts):
    return Sent(**{"remote_id": remote_id, "title": f"Tin {remote_id}", "text": TEXT, "sender": "Đài tỉnh", **facts})


def notices(commune, who):
    return [notice["text"] for notice in commune.call(who, "GET", "/notices")["items"]]


def test_a_message_is_received_once_seen_taken_approved_and_answered(commune, feed, turn):
    feed.there = [sent("BT-1"), sent("BT-2", area="na-it", priority=Priority.URGENT)]
    assert turn() == 2
    assert turn() == 0
    second, first = commune.call("canbo", "GET", "/inbox")["items"]
    assert (first["remote_id"], first["status"], first["area_id"]) == ("BT-1", "new", commune.area("khuoi-nan"))
    assert second["area_id"] == commune.area("na-it")
    assert [item["id"] for item in commune.call("truongthon", "GET", "/inbox")["items"]] == [second["id"]]
    assert commune.call("canbo", "GET", f"/inbox/{first['id']}")["status"] == "seen"
    taken = commune.call("canbo", "POST", f"/inbox/{second['id']}/take", json={})
    bulletin = commune.call("canbo", "GET", f"/bulletins/{taken['bulletin_id']}")
    assert (bulletin["title"], bulletin["priority"], bulletin["version"]["status"]) == ("Tin BT-2", 2, "draft")
    commune.call("canbo", "POST", f"/inbox/{second['id']}/take", json={}, expect=409)
    answered = commune.call("canbo", "POST", f"/inbox/{second['id']}/answer", json={"answer": "aired", "note": "17:00"})
    assert answered["answer_sent_at"] is None
    turn()
    turn()
    assert feed.told == [("BT-2", Answer.AIRED, "17:00")]
    assert commune.call("canbo", "GET", f"/inbox/{second['id']}")["answer_sent_at"] is not None
    assert [item["id"] for item in commune.call("canbo", "GET", "/inbox?open_only=true")["items"]] == [first["id"]]
    commune.call("canbo", "POST", f"/inbox/{second['id']}/answer", json={"answer": "aired"}, expect=409)


@pytest.mark.parametrize("meanwhile", ["take", "answer"])
def test_what_somebody_else_did_while_the_text_was_read_stands(commune, feed, turn, monkeypatch, meanwhile):
    feed.there = [sent("BT-1")]
    turn()
    (message,) = commune.call("canbo", "GET", "/inbox")["items"]
    path, body = f"/inbox/{message['id']}", {"take": {}, "answer": {"answer": "late"}}[meanwhile]
    made = intake.from_text

    def slowly(*request):
        monkeypatch.setattr(intake, "from_text", made)
        commune.call("canbo2", "POST", f"{path}/{meanwhile}", json=body)
        return made(*request)

    monkeypatch.setattr(intake, "from_text", slowly)
    commune.error("canbo", "POST", f"{path}/take", 409, json={})
    assert commune.call("canbo", "GET", path)["status"] == {"take": "taken", "answer": "answered"}[meanwhile]


def test_each_class_is_announced_to_those_who_can_act(commune, feed, turn):
    feed.there = [
        sent("N"),
        sent("U", priority=Priority.URGENT),
        sent("E", priority=Priority.EMERGENCY),
    ]
    turn()
    assert len(notices(commune, "canbo")) == 2
    assert notices(commune, "lanhdao") == ["Cấp trên gửi tin khẩn cấp: “Tin E”."]
    assert notices(commune, "truongthon") == []


def test_what_must_air_is_not_declined_and_what_may_not_be_edited_is_not(commune, feed, turn):
    feed.there = [sent("M", must_air=True, may_edit=False), sent("F")]
    turn()
    free, must = (item["id"] for item in commune.call("canbo", "GET", "/inbox")["items"])
    assert "bắt buộc" in commune.error("canbo", "POST", f"/inbox/{must}/answer", 409, json={"answer": "declined"})
    assert "nguyên văn" in commune.error("canbo", "POST", f"/inbox/{must}/take", 422, json={"text": "Lời khác."})
    assert "lý do" in commune.error("canbo", "POST", f"/inbox/{free}/answer", 422, json={"answer": "declined"})
    body = {"answer": "declined", "note": "Đã phát tuần trước"}
    commune.call("kythuat", "POST", f"/inbox/{free}/answer", json=body, expect=403)
    commune.call("canbo", "POST", f"/inbox/{free}/answer", json=body)
    edited = commune.call("canbo", "POST", f"/inbox/{must}/take", json={"text": f"  {TEXT}\n"})
    assert edited["status"] == "taken"


def test_a_deadline_that_passes_is_told_once_and_a_lost_line_loses_nothing(commune, feed, turn):
    feed.there = [sent("L", deadline=datetime.now(UTC) - timedelta(minutes=1))]
    assert turn() == 1
    turn()
    assert notices(commune, "canbo") == ["Tin “Tin L” của cấp trên đã quá hạn phát mà chưa ai xử lý."]
    message = commune.call("canbo", "GET", "/inbox")["items"][0]["id"]
    commune.call("canbo", "POST", f"/inbox/{message}/answer", json={"answer": "late", "note": ""})
    feed.broken = True
    assert turn() == 0
    feed.broken = False
    turn()
    assert feed.told == [("L", Answer.LATE, "")]


def test_a_deadline_passes_also_while_the_sender_cannot_be_reached(commune, feed, turn):
    feed.there = [sent("L", deadline=datetime.now(UTC) + timedelta(hours=1))]
    turn()
    with commune.station().database.write() as session:
        session.get_one(InboxMessage, commune.call("canbo", "GET", "/inbox")["items"][0]["id"]).deadline = now()
    feed.broken = True
    turn()
    assert notices(commune, "canbo") == ["Tin “Tin L” của cấp trên đã quá hạn phát mà chưa ai xử lý."]


def test_an_answer_that_the_sender_does_not_take_holds_up_no_other(commune, feed, turn):
    feed.there = [sent("A"), sent("B")]
    turn()
    for item in commune.call("canbo", "GET", "/inbox")["items"]:
        commune.call("canbo", "POST", f"/inbox/{item['id']}/answer", json={"answer": "aired"})
    feed.there, feed.unknown = [sent("C")], {"A"}
    assert turn() == 1
    assert [remote_id for remote_id, _, _ in feed.told] == ["B"]


def test_a_feed_that_the_station_was_given_is_asked_by_the_clock(commune, feed):
    feed.there = [sent("T")]
    station = commune.station()
    station.feeds = [feed]
    Ticks(station).ask_feeds()
    assert [item["remote_id"] for item in commune.call("canbo", "GET", "/inbox")["items"]] == ["T"]
