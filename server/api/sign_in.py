"""Signing in and out."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.api.context import PersonDep, StationDep, cookie_of, token_of
from server.api.views import PersonView, person_view
from server.errors import NotSignedInError
from server.people import sign_in
from server.station import Station
from server.tables import Person

router = APIRouter(tags=["sign-in"])


class SignInRequest(BaseModel):
    """Who wants to sign in."""

    username: str = Field(max_length=64, examples=["canbo"])
    password: str = Field(max_length=200, examples=["mật khẩu của tôi"])


class SignInAnswer(BaseModel):
    """The token for `Authorization: Bearer`; the same is set as a cookie."""

    token: str
    person: PersonView


def enter(station: Station, request: Request, response: Response, username: str, password: str) -> tuple[str, Person]:
    """Check, open a session and set the cookie. Raises NotSignedInError, TooManyAttemptsError."""
    keys = (f"name:{username.strip().lower()}", f"from:{request.client.host if request.client else ''}")
    station.attempts.check(*keys)
    try:
        with station.database.write() as session:
            token, person = sign_in.begin(session, username, password)
    except NotSignedInError:
        station.attempts.failed(*keys)
        raise
    response.set_cookie(
        cookie_of(request),
        token,
        max_age=int(sign_in.LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return token, person


def leave(station: Station, request: Request, response: Response) -> None:
    """Forget the session that came along."""
    if token := token_of(request):
        with station.database.write() as session:
            sign_in.end(session, token)
    response.delete_cookie(cookie_of(request), path="/", secure=request.url.scheme == "https")


@router.post("/sign-in")
def post_sign_in(body: SignInRequest, request: Request, response: Response, station: StationDep) -> SignInAnswer:
    """Sign in with user name and password."""
    token, person = enter(station, request, response, body.username, body.password)
    return SignInAnswer(token=token, person=person_view(person))


@router.post("/sign-out", status_code=204)
def post_sign_out(request: Request, response: Response, station: StationDep) -> None:
    """End this session."""
    leave(station, request, response)


@router.get("/me")
def get_me(person: PersonDep) -> PersonView:
    """Who is signed in."""
    return person_view(person)
