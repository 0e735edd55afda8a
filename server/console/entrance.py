"""The door: first setup, signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import Response

from protocol.policy import Window
from server.api.context import StationDep, VisitorDep
from server.api.setup import AreaToMake, PersonToMake, SetupRequest, post_setup
from server.api.sign_in import enter, leave
from server.console.pages import Page, local_path, to
from server.errors import StationError
from server.people import accounts
from server.policy import AreaRules
from server.tables import RoleName

router = APIRouter(include_in_schema=False)


@router.get("/dang-nhap")
def get_sign_in(request: Request, station: StationDep, visitor: VisitorDep, tiep: str = "/") -> Response:
    """The sign-in form; before the first setup, the setup."""
    with station.database.read() as session:
        if accounts.nobody_exists(session):
            return to("/thiet-lap")
    if visitor is not None:
        return to(local_path(tiep))
    return Page(request, station, None).show("sign_in.html", username="", next=tiep, error="")


@router.post("/dang-nhap")
def post_sign_in(
    request: Request,
    station: StationDep,
    *,
    username: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    tiep: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in and go where one wanted to go."""
    response = to(local_path(tiep))
    try:
        enter(station, request, response, username, password)
    except StationError as error:
        return Page(request, station, None).show(
            "sign_in.html", status=error.status, username=username, next=tiep, error=str(error)
        )
    return response


@router.post("/dang-xuat")
def post_sign_out(request: Request, station: StationDep) -> Response:
    """Sign out."""
    response = to("/dang-nhap")
    leave(station, request, response)
    return response


@router.get("/thiet-lap")
def get_setup(request: Request, station: StationDep) -> Response:
    """The first setup, while nobody exists."""
    with station.database.read() as session:
        if not accounts.nobody_exists(session):
            return to("/")
    return Page(request, station, None).show("setup.html", values={}, error="")


@router.post("/thiet-lap")
def post_first_setup(
    request: Request,
    station: StationDep,
    *,
    setup_code: Annotated[str, Form(max_length=64)] = "",
    commune: Annotated[str, Form(max_length=200)] = "",
    villages: Annotated[str, Form(max_length=20_000)] = "",
    officer_name: Annotated[str, Form(max_length=200)] = "",
    officer_username: Annotated[str, Form(max_length=64)] = "",
    officer_password: Annotated[str, Form(max_length=200)] = "",
    leader_name: Annotated[str, Form(max_length=200)] = "",
    leader_username: Annotated[str, Form(max_length=64)] = "",
    leader_password: Annotated[str, Form(max_length=200)] = "",
    opens: Annotated[str, Form(max_length=5)] = "05:00",
    closes: Annotated[str, Form(max_length=5)] = "22:00",
) -> Response:
    """Make the commune, its villages, an officer and a leader."""
    values = {
        "setup_code": setup_code, "commune": commune, "villages": villages, "officer_name": officer_name,
        "officer_username": officer_username, "leader_name": leader_name, "leader_username": leader_username,
        "opens": opens, "closes": closes,
    }  # fmt: skip
    try:
        body = SetupRequest(
            setup_code=setup_code,
            commune=AreaToMake(name=commune),
            villages=[AreaToMake(name=line.strip()) for line in villages.splitlines() if line.strip()],
            people=[
                PersonToMake(
                    username=officer_username, name=officer_name, role=RoleName.OFFICER, password=officer_password
                ),
                PersonToMake(
                    username=leader_username, name=leader_name, role=RoleName.LEADER, password=leader_password
                ),
            ],
            policy=AreaRules(allowed=(Window.model_validate({"start": opens, "end": closes}),)),
        )
        post_setup(body, station)
    except ValidationError:
        error: str = "Có ô điền chưa đúng. Hãy kiểm tra giờ phát (ví dụ 05:00) và độ dài các tên."
    except StationError as refusal:
        error = str(refusal)
    else:
        return to("/dang-nhap", "thiet-lap")
    return Page(request, station, None).show("setup.html", status=422, values=values, error=error)
