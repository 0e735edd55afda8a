"""The list of voices that Loa Làng knows, as shipped."""

import tomllib
from functools import cache
from importlib import resources

from voices.catalog.entry import CatalogVoice
from voices.errors import VoiceNotInstalledError


@cache
def catalogue() -> tuple[CatalogVoice, ...]:
    """All voices, the default first."""
    text = resources.files("voices.catalog").joinpath("catalogue.toml").read_text("utf-8")
    return tuple(CatalogVoice.model_validate(voice) for voice in tomllib.loads(text)["voice"])


def find(voice_id: str) -> CatalogVoice:
    """The entry of that id. Raises `VoiceNotInstalledError` when there is none."""
    for voice in catalogue():
        if voice.id == voice_id:
            return voice
    raise VoiceNotInstalledError(f"Danh mục không có giọng “{voice_id}”. Chạy “loa voices list” để xem các giọng.")
