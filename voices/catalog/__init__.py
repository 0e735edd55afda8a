"""Voices to choose from, and those on this machine."""

from voices.catalog.catalogue import catalogue, find
from voices.catalog.download import DownloadFailedError, download
from voices.catalog.entry import CatalogVoice, SpeechServer, VoiceFile
from voices.catalog.installation import import_folder, install, installed_voice, installed_voices, remove

__all__ = [
    "CatalogVoice",
    "DownloadFailedError",
    "SpeechServer",
    "VoiceFile",
    "catalogue",
    "download",
    "find",
    "import_folder",
    "install",
    "installed_voice",
    "installed_voices",
    "remove",
]
