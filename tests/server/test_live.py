"""The stream of changes and who may go on reading it."""

import asyncio

from starlette.requests import Request

from server.api.live import stream
from server.live import Watch
from server.people import sign_in
from tests.loops import run


def test_the_stream_ends_when_the_person_is_shut_out(commune):
    station, token = commune.station(), commune.token("canbo")
    people = {person["username"]: person["id"] for person in commune.call("lanhdao", "GET", "/people")["items"]}
    place = commune.call("canbo", "GET", "/me")["area_id"]

    async def silent():
        return await asyncio.Event().wait()

    async def read():
        headers = [(b"authorization", f"Bearer {token}".encode())]
        request = Request({"type": "http", "method": "GET", "headers": headers}, silent)
        pieces = stream(request, station, Watch(place))
        await anext(pieces)
        waiting = asyncio.ensure_future(anext(pieces, "ended"))
        await asyncio.sleep(1)
        assert not waiting.done()
        commune.call("lanhdao", "PATCH", f"/people/{people['canbo']}", json={"active": False})
        return await asyncio.wait_for(waiting, 30)

    assert run(read()) == "ended"
    with station.database.read() as session:
        assert sign_in.whose(session, token) is None
