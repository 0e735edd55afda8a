"""Ordering a draft's audio by itself, so that it is ready by the time that somebody wants to listen."""

from server.api.productions import post_production
from server.bulletins import store
from server.console.pages import Page


def order_when_clear(page: Page, version_id: str) -> None:
    """Order the audio of the present text, unless a place in it is still doubtful."""
    assert page.person is not None
    with page.station.database.read() as session:
        version, _ = store.find_version(session, page.person, version_id)
    script = store.script_of(version)
    if script.aloud and not script.doubtful:
        post_production(version_id, page.person, page.station)
