"""Recordings of a bulletin: the microphone or a file, a language each, in the order in which they sound."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import Response

from server.api import tracks as api
from server.bulletins.languages import LANGUAGES, MUSIC
from server.console.pages import Page, PageDep, to
from server.errors import NotFoundError

router = APIRouter(prefix="/ban-tin/{bulletin_id}/ban/{version_id}/ghi-am", include_in_schema=False)


@router.post("")
def post_recording(
    bulletin_id: str,
    version_id: str,
    page: PageDep,
    *,
    file: Annotated[UploadFile, File()],
    language: Annotated[str, Form(max_length=35)] = "vi",
    title: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take a recording into the draft, cleaned and levelled."""
    assert page.person is not None
    api.post_track(version_id, page.person, page.station, file=file, language=language, title=title)
    return to(f"/ban-tin/{bulletin_id}", "ghi-am")


@router.post("/{track_id}/{act}")
def post_act(bulletin_id: str, version_id: str, track_id: str, act: str, page: PageDep) -> Response:
    """Take it out (bo), or let it sound one place earlier (len) or later (xuong)."""
    assert page.person is not None
    if act == "bo":
        api.delete_track(version_id, track_id, page.person, page.station)
        return to(f"/ban-tin/{bulletin_id}", "luu")
    order = api.get_tracks(version_id, page.person, page.station).order
    if act not in {"len", "xuong"} or track_id not in order:
        raise NotFoundError("Không có bản ghi này.")
    at = order.index(track_id)
    there = max(0, at - 1) if act == "len" else min(len(order) - 1, at + 1)
    order[at], order[there] = order[there], order[at]
    api.put_order(version_id, api.OrderRequest(order=order), page.person, page.station)
    return to(f"/ban-tin/{bulletin_id}", "luu")


def shown(page: Page, version_id: str) -> dict[str, Any]:
    """What the bulletin's page says of recordings: `tracks` in their order (None where the speech stands), and languages."""
    assert page.person is not None
    view = api.get_tracks(version_id, page.person, page.station)
    by_id = {track.id: track for track in view.items}
    ordered = [by_id.get(track_id) for track_id in view.order]
    music = [track for track in view.items if track.language == MUSIC]
    return {"tracks": ordered if view.items else [], "music": music, "languages_spoken": LANGUAGES, "music_tag": MUSIC}
