"""Pages of a station that is no longer small or new: many speakers in a broadcast, weeks of log, a session that ended."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from protocol.states import State
from server import notices
from server.api.views import DeliveryView
from server.console.tally import MANY, tally
from server.tables import Delivery, Occurrence, Person, Schedule, SignIn
from server.tables.columns import now
from tests.server.browser import Browser


@pytest.fixture
def browser(commune):
    return lambda who: Browser.signed_in(commune.client, who)


def delivery(number, state, reason="", attempt=1):
    return DeliveryView.model_construct(
        speaker_id=f"loa-{number}", speaker_name=f"Loa {number}", state=state, reason=reason, attempt=attempt
    )


def test_many_speakers_are_told_in_groups_and_who_needs_somebody_by_name():
    told = [delivery(number, State.PLAYED) for number in range(30)]
    told += [
        delivery(30, State.MISSED, "no_audio"),
        delivery(31, State.MISSED, "no_audio"),
        delivery(32, State.UNKNOWN),
    ]
    told += [delivery(33, State.CUT, "power"), delivery(33, State.PLAYED, attempt=2)]  # sent again, and all is well
    assert [(group.tone, group.state, group.count, group.names) for group in tally(told)] == [
        ("bad", State.MISSED, 2, ("Loa 30", "Loa 31")),
        ("wait", State.UNKNOWN, 1, ("Loa 32",)),
        ("good", State.PLAYED, 31, ()),
    ]


def test_a_broadcast_to_many_has_a_page_of_its_own(commune, browser):
    for number in range(MANY + 1):
        commune.speaker(f"loa-{number}")
    occurrence = commune.schedule(commune.approved(title="Họp thôn"))["occurrences"][0]["id"]
    officer = browser("canbo")
    today = officer.open("/")
    assert f"{MANY + 1} cụm loa" in today
    assert today.count('class="chip ') < MANY
    assert f'href="/luot-phat/{occurrence}"' in today
    one = officer.open(f"/luot-phat/{occurrence}")
    assert all(f"Loa loa-{number}" in one for number in range(MANY + 1))
    officer.open("/luot-phat/khong-co", status=404)
    browser("truongthon2").open(f"/luot-phat/{occurrence}", status=404)  # of another village


def test_the_log_goes_back_page_by_page_and_loses_nothing(commune, browser):
    commune.speaker("loa-1")
    made = commune.schedule(commune.approved(title="Họp thôn"))["occurrences"][0]["id"]
    with commune.station().database.write() as session:
        first = session.get(Occurrence, made)
        for number in range(90):  # two at the same instant
            at = first.due_at - timedelta(days=2, minutes=number // 2)
            schedule = Schedule(**session.get(Schedule, first.schedule_id).model_dump(exclude={"id"}))
            session.add(schedule)
            session.flush()
            session.add(Occurrence(schedule_id=schedule.id, version_id=first.version_id, due_at=at, not_after=at))
    with commune.station().database.read() as session:
        newest_first = select(Occurrence.id).order_by(Occurrence.due_at.desc(), Occurrence.id.desc())
        wanted = [found for found in session.exec(newest_first) if found != made]
    officer, seen, path = browser("canbo"), [], "/lich-su"
    while path:
        page = officer.open(path)
        seen += re.findall(r'aria-labelledby="o-([^"]+)"', page)
        older = re.search(r'href="(/lich-su\?[^"]*truoc=[^"]+)"', page)
        path = unescape(older[1]) if older else ""
    assert [found for found in seen if found != made] == wanted


def test_what_was_withdrawn_before_its_time_is_not_over(commune, browser):
    commune.speaker("loa-1")
    start_at = now() + timedelta(hours=20)
    made = commune.schedule(commune.approved(title="Họp mai"), start_at=start_at)["occurrences"][0]["id"]
    officer = browser("canbo")
    assert "Họp mai" in officer.open("/")
    commune.call("canbo", "POST", f"/occurrences/{made}/withdraw")
    with commune.station().database.read() as session:
        assert {row.state for row in session.exec(select(Delivery))} <= {State.WITHDRAWN, State.CANCELLED}
    assert "Họp mai" not in officer.open("/")


def signed_out(commune, browser):
    officer = browser("canbo")
    officer.open("/ban-tin/moi")
    with commune.station().database.write() as session:
        for row in session.exec(select(SignIn)):
            session.delete(row)
    return officer


def test_whose_session_ended_comes_back_to_the_form_and_not_to_where_it_leads(commune, browser):
    officer = signed_out(commune, browser)
    officer.path = "/ban-tin/abc?ban=2"
    page = officer.send("/ban-tin/abc/ban/def/cau/1", seen="0", spoken="chào")
    assert 'name="tiep" value="/ban-tin/abc?ban=2"' in page
    assert 'name="tiep" value="/khan-cap/phat?tin=prepared%3A1"' in officer.open("/khan-cap/phat?tin=prepared%3A1")


def test_a_page_that_is_open_when_the_session_ends_stays_and_says_so(commune, browser):
    officer = signed_out(commune, browser)
    cookie = {"Cookie": f"loa_session={officer.cookies['loa_session']}", "HX-Request": "true"}
    strip = commune.client.get("/tinh-hinh", headers={**cookie, "Referer": "http://testserver/lich?tuan=2026-11-23"})
    assert strip.status_code == 200
    assert "hết hạn" in strip.text
    assert 'href="/dang-nhap?tiep=/lich%3Ftuan%3D2026-11-23"' in strip.text
    assert "<html" not in strip.text
    part = commune.client.get("/hom-nay", headers=cookie, follow_redirects=False)
    assert (part.status_code, part.content) == (204, b"")


def test_old_codes_are_looked_up_and_decided(commune, browser):
    officer = browser("canbo")
    assert "Xã Cổ Bi" in officer.open("/xa/ma-cu?tim=co+bi+gia+lam")
    assert "Không tìm thấy" in officer.open("/xa/ma-cu?tim=99999")
    na_it = commune.area("na-it")
    page = officer.send("/xa/ma-cu", code="00553", name="Xã Cổ Bi", area_id=na_it)
    assert "đài đặt" in page
    assert commune.call("canbo", "GET", f"/areas/{na_it}/former-codes")["items"][0]["code"] == "00553"
    assert "không dấu" in officer.send("/xa/ma-cu", code="mã lạ", name="Xã cũ", area_id=na_it, status=422)
    assert 'value="Xã cũ"' in officer.html
    assert "đài đặt" not in officer.send(f"/xa/ma-cu/{na_it}/00553/bo")
    assert "Đặt một mã cũ" not in browser("truongthon").open("/xa/ma-cu")


def test_many_notices_leave_room_for_today_and_go_at_once(commune, browser):
    officer = browser("canbo")
    with commune.station().database.write() as session:
        person = session.exec(select(Person).where(Person.username == "canbo")).one()
        for number in range(8):
            notices.tell(session, person, "test", f"{number}", f"Việc số {number} còn dở.")
    page = officer.open("/")
    assert page.partition("<details><summary>Xem thêm 5 tin báo")[0].count("còn dở") == 3
    newest = re.search(r'name="den" value="([^"]+)"', page)[1]
    with commune.station().database.write() as session:
        notices.tell(session, person, "test", "later", "Việc sau đó.")
    page = officer.send("/da-biet", den=unescape(newest))
    assert "còn dở" not in page
    assert "Việc sau đó." in page  # nobody has seen that one yet


def test_a_recording_that_cannot_be_used_leaves_no_half_made_message(commune, browser):
    head = browser("truongthon")
    page = head.send("/thon/tin", status=422, files={"sound": ("noi.webm", b"RIFF khong phai tieng", "audio/webm")})
    assert 'role="alert"' in page
    assert commune.call("truongthon", "GET", "/bulletins")["items"] == []


def test_the_plot_of_a_month_has_all_of_its_days(commune, browser):
    commune.speaker("loa-1")
    commune.schedule(commune.approved())
    page = browser("canbo").open("/bao-cao")
    assert page.count('<rect class="planned"') == 30  # also those on which nothing was to sound
