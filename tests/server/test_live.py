"""The stream of changes and who may go on reading it."""

import asyncio

from starlette.requests import Request

from server import feedback, notices
from server.api.live import stream
from server.live import Watch
from server.people import sign_in
from server.tables import FeedbackKind
from server.tables.columns import now
from tests.loops import run
from tests.waiting import LONGEST_S


def test_the_stream_ends_when_the_person_is_shut_out(commune):
    station, token = commune.station(), commune.token("canbo")
    people = {person["username"]: person["id"] for person in commune.call("lanhdao", "GET", "/people")["items"]}
    place = commune.call("canbo", "GET", "/me")["area_id"]

    async def silent():
        return await asyncio.Event().wait()

    async def to_the_end(pieces):
        return [piece async for piece in pieces]

    async def read():
        headers = [(b"authorization", f"Bearer {token}".encode())]
        request = Request({"type": "http", "method": "GET", "headers": headers}, silent)
        pieces = stream(request, station, Watch(place))
        waiting = asyncio.ensure_future(to_the_end(pieces))
        await asyncio.sleep(1)
        assert not waiting.done()
        commune.call("lanhdao", "PATCH", f"/people/{people['canbo']}", json={"active": False})
        return await asyncio.wait_for(waiting, LONGEST_S)

    assert run(read())[0] == "retry: 2000\n\n"
    with station.database.read() as session:
        assert sign_in.whose(session, token) is None


def test_deeds_are_told_by_their_kind_and_only_once(commune):
    database = commune.station().database
    with database.read() as session:
        officer = sign_in.whose(session, commune.token("canbo"))
    place = commune.call("lanhdao", "GET", "/me")["area_id"]
    leader, writer = Watch(place), Watch(place, officer.id)

    def nouns(watch):
        with database.read() as session:
            return {data["noun"] for name, data in watch.changes(session) if name == "deed"}

    nouns(leader), nouns(writer)
    assert nouns(leader) == nouns(writer) == set()
    with database.write() as session:
        feedback.give(session, kind=FeedbackKind.TOO_LOUD, text="", area_id="")
    assert nouns(leader) == {"feedback"}
    assert nouns(writer) == {"feedback", "notice"}
    before = now()
    commune.call("lanhdao", "PATCH", f"/people/{officer.id}", json={"name": "Hoàng Thị Ba"})
    with database.write() as session:
        notices.tell(session, officer, "tin", "1", "Một tin.")
    assert nouns(leader) == {"person"}
    assert nouns(writer) == {"person", "notice"}
    assert nouns(Watch(place, since=before)) >= {"person"}  # who comes later, with a page of then, has missed nothing
