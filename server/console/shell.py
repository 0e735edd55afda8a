"""What belongs to no page: the language, the installable application, what is shown without a connection."""

import hashlib
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from server.api.context import StationDep
from server.console import languages
from server.console.pages import HERE, STATIC, Page, asset, local_path, to

router = APIRouter(include_in_schema=False)
_A_YEAR_S = 365 * 24 * 3600


@router.post("/ngon-ngu")
def post_language(
    ngon_ngu: Annotated[str, Form(max_length=8)], ve: Annotated[str, Form(max_length=500)] = "/"
) -> Response:
    """Show this browser its pages in another language, and go on where one was."""
    answer = to(local_path(ve))
    if ngon_ngu in languages.LANGUAGES:
        answer.set_cookie(languages.COOKIE, ngon_ngu, max_age=_A_YEAR_S, samesite="lax", path="/")
    return answer


@router.get("/manifest.webmanifest")
def get_manifest(station: StationDep) -> Response:
    """What a phone needs to put the station on its first screen."""
    manifest = {
        "name": station.settings.name,
        "short_name": "Loa Làng",
        "lang": languages.SOURCE,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f6f5f0",
        "theme_color": "#0b6350",
        "icons": [
            {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {
                    "src": asset(f"icon-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in (192, 512)
            ),
        ],
    }
    return JSONResponse(manifest, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@router.get("/sw.js")
def get_service_worker() -> Response:
    """The service worker; at the root, because it serves every page."""
    return Response(_service_worker(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def _service_worker() -> str:
    """It is another one, and so keeps the page without a connection anew, whenever a file that this page needs is another one."""
    files = sorted([*STATIC.glob("*.*"), *(HERE / "templates").glob("*.html")])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"// {digest}\n{(STATIC / 'sw.js').read_text()}"


@router.get("/mat-ket-noi")
def get_offline(request: Request, station: StationDep) -> Response:
    """What the service worker shows when the station does not answer: kept by the browser beforehand."""
    return Page(request, station, None).show("offline.html")
