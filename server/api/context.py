"""What every handler needs: the station, and who is asking."""

from typing import Annotated

from fastapi import Depends, Request

from server.errors import ForbiddenError, NotSignedInError
from server.people import sign_in
from server.station import Station
from server.tables import Person

_COOKIE = "loa_session"
_SECURE_COOKIE = "__Secure-loa_session"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


async def station_of(request: Request) -> Station:
    """The station that this application serves."""
    station: Station = request.app.state.station
    return station


StationDep = Annotated[Station, Depends(station_of)]


def cookie_of(request: Request) -> str:
    """The name of the session's cookie. Ports share cookies, and a browser lets no plain page replace one that came over HTTPS:
    under one name, whoever has been on the HTTPS port could not sign in on the other any more.
    """
    return _SECURE_COOKIE if request.url.scheme == "https" else _COOKIE


def token_of(request: Request) -> str:
    """The session token that came along, "" when none did. A bearer token goes before a cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    cookie = request.cookies.get(cookie_of(request), "")
    if cookie and request.method not in _READING:
        _same_origin(request)
    return cookie


def somebody(request: Request, station: StationDep) -> Person | None:
    """Who is signed in, or None."""
    token = token_of(request)
    if not token:
        return None
    with station.database.read() as session:
        return sign_in.whose(session, token)


async def signed_in(person: Annotated[Person | None, Depends(somebody)]) -> Person:
    """Who is signed in. Raises NotSignedInError."""
    if person is None:
        raise NotSignedInError("Chưa đăng nhập, hoặc phiên làm việc đã hết hạn. Hãy đăng nhập lại.")
    return person


PersonDep = Annotated[Person, Depends(signed_in)]
VisitorDep = Annotated[Person | None, Depends(somebody)]


def _same_origin(request: Request) -> None:
    """A browser sends its cookie along with any site's form: only our own pages may act with it."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = (
        site not in {"same-origin", "none"}
        if site
        else origin is not None and origin.partition("://")[2] != request.headers.get("host")
    )
    if foreign:
        raise ForbiddenError("Yêu cầu đến từ một trang khác nên bị từ chối. Hãy mở lại trang của đài rồi làm lại.")
