"""How a version is read aloud, and which voices there are to choose from."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from server.api.context import PersonDep, StationDep
from server.api.views import Items
from server.bulletins import manner, store
from server.bulletins.manner import Manner
from voices.catalog import installed_voices

router = APIRouter(tags=["productions"])


class MannerView(BaseModel):
    """The manner of a version. `key_facts_now` are the sentences that count as key facts, chosen or found."""

    edit_count: int
    manner: Manner
    key_facts_now: tuple[str, ...]


class VoiceView(BaseModel):
    """A voice on this station, as a person would call it."""

    id: str
    name: str
    language: str
    region: str
    sex: str
    licence: str
    is_default: bool


@router.get("/versions/{version_id}/manner")
def get_manner(version_id: str, person: PersonDep, station: StationDep) -> MannerView:
    """How it is read."""
    with station.database.read() as session:
        version, _ = store.find_version(session, person, version_id)
    chosen = manner.manner_of(version)
    facts = manner.key_facts_of(store.script_of(version), chosen)
    return MannerView(edit_count=version.edit_count, manner=chosen, key_facts_now=facts)


@router.put("/versions/{version_id}/manner")
def put_manner(
    version_id: str,
    body: Manner,
    person: PersonDep,
    station: StationDep,
    edit_count: Annotated[int | None, Query(ge=0)] = None,
) -> MannerView:
    """Read it so. Only in a draft; `edit_count` is the state that the person saw, with it a stale change is refused."""
    with station.database.write() as session:
        version = manner.read_so(session, person, version_id, body, seen=edit_count)
    facts = manner.key_facts_of(store.script_of(version), body)
    return MannerView(edit_count=version.edit_count, manner=body, key_facts_now=facts)


@router.get("/voices")
def get_voices(_: PersonDep, station: StationDep) -> Items[VoiceView]:
    """The voices that can speak now."""
    return Items(
        items=[
            VoiceView(
                **voice.model_dump(include=set(VoiceView.model_fields)), is_default=voice.id == station.settings.voice
            )
            for voice in installed_voices()
        ]
    )
