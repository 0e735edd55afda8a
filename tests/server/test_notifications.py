"""Who is told outside the console: when, how often, how it escalates, and that it truly arrives."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select

from protocol.states import State
from server import notifications
from server.notifications import ApprisePost, Outbox
from server.notifications.kinds import Manner
from server.notifications.planning import after_quiet, due_round
from server.tables import Contact, Delivery, Notification, Occurrence, Speaker
from tests.edge_agent.real_station import free_port
from tests.waiting import LONGEST_S

DATABASES = "both"
ZONE = "Asia/Ho_Chi_Minh"
NOON = datetime(2026, 7, 12, 5, 0, tzinfo=UTC)
OLD_IMPORT = pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")  # apprise's, on Python 3.11 and 3.12
ALWAYS = {"quiet_from": "", "quiet_to": ""}


class FakePost:
    def __init__(self):
        self.sent, self.works = [], True

    def send(self, url, title, text):
        self.sent.append((url, title, text))
        return self.works


@pytest.fixture
def post():
    return FakePost()


@pytest.fixture
def me(commune):
    """Ids by user name."""
    return {person["username"]: person["id"] for person in commune.call("lanhdao", "GET", "/people")["items"]}


def reach(commune, me, who, url="ntfys://kenh-bi-mat"):
    return commune.call(who, "POST", f"/people/{me[who]}/contacts", json={"url": url})


def awake(commune, *roles, kind="not_sounded", **manner):
    """Rules without quiet hours: the test may run at night."""
    for role in roles:
        path = f"/areas/khuoi-nan/notification-rules/{role}/{kind}"
        commune.call("lanhdao", "PUT", path, json={**ALWAYS, **manner})


def missed(commune, *names, state=State.MISSED):
    """A broadcast of a minute ago that ended so on these speakers; its id."""
    for name in names:
        commune.speaker(name)
    occurrence = commune.schedule(commune.approved())["occurrences"][0]["id"]
    with commune.station().database.write() as session:
        row = session.get(Occurrence, occurrence)
        row.due_at, row.not_after = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(minutes=9)
        session.add(row)
        for delivery in session.exec(select(Delivery).where(Delivery.occurrence_id == occurrence)):
            delivery.state = state
            session.add(delivery)
    return occurrence


def turn(commune, post, at=None):
    at = at or datetime.now(UTC)
    database = commune.station().database
    notifications.plan(database, at, ZONE)
    Outbox(database, post, "Đài xã").run(at)
    told, post.sent = post.sent, []
    return told


def test_the_officer_is_told_once_and_the_leader_only_of_what_nobody_put_away(commune, me, post):
    reach(commune, me, "canbo")
    reach(commune, me, "lanhdao")
    awake(commune, "officer")
    awake(commune, "leader", after_minutes=120)
    missed(commune, "loa-1", "loa-2")
    ((url, title, text),) = turn(commune, post)
    assert url == "ntfys://kenh-bi-mat"
    assert title == "Đài xã: Loa không phát được"
    assert "không phát được trên Loa loa-1, Loa loa-2." in text
    assert turn(commune, post) == []
    later = datetime.now(UTC) + timedelta(hours=3)
    assert len(turn(commune, post, later)) == 1
    notice = commune.call("canbo", "GET", "/notices")["items"][0]
    assert notice["kind"] == "not_sounded"


def test_what_was_put_away_escalates_no_further(commune, me, post):
    reach(commune, me, "lanhdao")
    awake(commune, "officer")
    awake(commune, "leader", after_minutes=120)
    missed(commune, "loa-1")
    turn(commune, post)
    notice = commune.call("canbo", "GET", "/notices")["items"][0]
    commune.call("canbo", "POST", f"/notices/{notice['id']}/read")
    assert turn(commune, post, datetime.now(UTC) + timedelta(hours=3)) == []


def test_what_was_played_the_second_time_and_drills_are_no_news(commune, me, post):
    reach(commune, me, "canbo")
    awake(commune, "officer")
    occurrence = missed(commune, "loa-1")
    with commune.station().database.write() as session:
        session.add(Delivery(occurrence_id=occurrence, speaker_id="loa-1", attempt=2, state=State.PLAYED))
    assert turn(commune, post) == []


def test_a_lost_speaker_is_told_after_a_while_again_each_day_and_not_when_it_is_back_or_in_repair(commune, me, post):
    reach(commune, me, "kythuat")
    awake(commune, "technician", kind="speaker_lost", after_minutes=60, again_minutes=24 * 60)
    commune.speaker("loa-1")
    gone = datetime.now(UTC)

    def change(**facts):
        with commune.station().database.write() as session:
            row = session.get(Speaker, "loa-1")
            for name, value in facts.items():
                setattr(row, name, value)
            session.add(row)

    change(enrolled_at=gone, presence_at=gone, online=False)
    assert turn(commune, post, gone + timedelta(minutes=30)) == []
    assert "Loa loa-1 (Thôn Nà Ít) mất liên lạc" in turn(commune, post, gone + timedelta(minutes=61))[0][2]
    assert turn(commune, post, gone + timedelta(hours=20)) == []
    assert len(turn(commune, post, gone + timedelta(hours=26))) == 1
    change(in_repair=True)
    assert turn(commune, post, gone + timedelta(hours=50)) == []
    change(in_repair=False, online=True)
    assert turn(commune, post, gone + timedelta(hours=50)) == []


def test_many_events_are_one_letter_and_no_more_than_allowed_a_day(commune, me, post):
    reach(commune, me, "canbo")
    awake(commune, "officer", most_a_day=2)
    commune.speaker("loa-1")
    for _ in range(3):
        missed(commune)
    ((_, title, text),) = turn(commune, post)
    assert title == "Đài xã: 2 việc cần biết"
    assert len(text.splitlines()) == 2


def test_what_cannot_be_sent_is_tried_again_with_growing_pauses_and_given_up_in_the_end(commune, me, post):
    reach(commune, me, "canbo")
    awake(commune, "officer")
    missed(commune, "loa-1")
    post.works = False
    at, tries = datetime.now(UTC), 0
    for _ in range(60 * 48):
        tries += len(turn(commune, post, at)) if tries < 8 else 0
        with commune.station().database.read() as session:
            row = session.exec(select(Notification)).one()
        if row.given_up_at:
            break
        at = max(at + timedelta(seconds=30), row.due_at)
    assert row.given_up_at is not None
    assert tries == 8
    assert commune.call("canbo", "GET", "/notifications")["items"][0]["error"] == "Không gửi được tới địa chỉ nào."


def test_quiet_hours_rounds_and_their_edges():
    rule = Manner(after_minutes=10, again_minutes=60, quiet_from="21:30", quiet_to="06:00")
    assert after_quiet(rule, NOON, ZONE) == NOON
    late = datetime(2026, 7, 12, 15, 0, tzinfo=UTC)  # 22:00 there
    morning = datetime(2026, 7, 12, 23, 0, tzinfo=UTC)  # 06:00 of the next day
    assert after_quiet(rule, late, ZONE) == morning
    assert after_quiet(rule, morning - timedelta(seconds=1), ZONE) == morning
    assert after_quiet(rule, morning, ZONE) == morning
    assert [due_round(rule, NOON, NOON + timedelta(minutes=m)) for m in (9, 10, 69, 70, 131)] == [None, 0, 0, 1, 2]
    assert due_round(Manner(enabled=False), NOON, NOON) is None


def test_addresses_hide_what_is_secret_and_rules_belong_to_leaders(commune, me):
    made = reach(commune, me, "canbo", "mailto://ai:matkhau@thu.example?to=x@y.vn")
    assert made["shown"] == "mailto://thu.example"
    assert "matkhau" not in json.dumps(commune.call("lanhdao", "GET", f"/people/{me['canbo']}/contacts"))
    commune.call("truongthon", "GET", f"/people/{me['canbo']}/contacts", expect=403)
    for url in ("file:///etc/passwd", "dbus://", "ntfys://", "x"):
        assert "Địa chỉ" in commune.error("canbo", "POST", f"/people/{me['canbo']}/contacts", 422, json={"url": url})
    commune.call("canbo", "DELETE", f"/people/{me['canbo']}/contacts/{made['id']}")
    with commune.station().database.read() as session:
        assert session.get(Contact, made["id"]).url == ""
    path = "/areas/khuoi-nan/notification-rules/officer/not_sounded"
    commune.call("canbo", "PUT", path, json=ALWAYS, expect=403)
    commune.call("lanhdao", "PUT", path, json={"quiet_from": "25:00", "quiet_to": "06:00"}, expect=422)
    commune.call("lanhdao", "PUT", path, json={"after_minutes": 5, **ALWAYS})
    rules = commune.call("truongthon", "GET", "/areas/na-it/notification-rules")["items"]
    below = next(rule for rule in rules if (rule["role"], rule["kind"]) == ("officer", "not_sounded"))
    assert (below["manner"]["after_minutes"], below["own"]) == (5, False)


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@OLD_IMPORT
def test_apprise_reaches_a_real_hook():
    with HTTPServer(("127.0.0.1", 0), _Hook) as hook:
        hook.got = []
        thread = threading.Thread(target=hook.serve_forever, daemon=True)
        thread.start()
        assert ApprisePost().send(f"json://127.0.0.1:{hook.server_address[1]}/", "Đài xã", "Loa mất liên lạc.")
        hook.shutdown()
        thread.join()
    assert (hook.got[0]["title"], hook.got[0]["message"]) == ("Đài xã", "Loa mất liên lạc.")
    assert not ApprisePost().send(f"json://127.0.0.1:{hook.server_address[1]}/", "x", "y")
    assert not ApprisePost().send("khong-phai-dia-chi", "x", "y")


class _Box:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  aiosmtpd's name
        self.letters.append(envelope)
        return "250 OK"


@OLD_IMPORT
def test_apprise_reaches_a_real_mail_server():
    box, port = _Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=LONGEST_S)
    controller.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=loa@xa.vn&to=canbo@xa.vn"
        assert ApprisePost().send(url, "Đài xã", "Loa mất liên lạc.")
    finally:
        controller.stop()
    assert box.letters[0].rcpt_tos == ["canbo@xa.vn"]
