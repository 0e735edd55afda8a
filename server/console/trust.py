"""Trusting the station's own certificate authority: the file, and how a phone is told to."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from server import certificates
from server.api.context import StationDep, VisitorDep
from server.console.pages import Page
from server.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get("/tin-cay")
def get_trust(request: Request, station: StationDep, visitor: VisitorDep) -> Response:
    """How to, for a phone and for a computer; it needs no sign-in and no HTTPS."""
    port = station.settings.https_port
    address = f"https://{request.url.hostname}:{port}/" if port else ""
    return Page(request, station, visitor).show("trust.html", address=address, secure=request.url.scheme == "https")


@router.get("/loa-lang-ca.crt")
def get_authority(station: StationDep) -> Response:
    """The authority's certificate. Phones open it by its type."""
    if station.settings.https_port is None:
        raise NotFoundError("Đài này chưa bật HTTPS. Hãy chạy loa serve với --https 8443.")
    path = certificates.ensure(station.settings.tls_dir, station.settings.host).ca
    return FileResponse(path, media_type="application/x-x509-ca-cert", filename="loa-lang-ca.crt")
