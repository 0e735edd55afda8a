"""A script becomes sound."""

from voices.ear import EarReport, HeardSentence, listen
from voices.engine import Clip, Engine, SpeechSettings
from voices.engines import DEFAULT_VOICE, open_engine
from voices.errors import (
    BadSoundError,
    EngineFailedError,
    NothingToSayError,
    ProductionCancelledError,
    StorageError,
    TextTooLongError,
    VoiceError,
    VoiceNotInstalledError,
)
from voices.mastering import opus_to_mp3
from voices.produce import produce
from voices.production import (
    CLOSING,
    STATION_CALL,
    TRACK,
    Arrangement,
    LanguageTrack,
    MusicBed,
    Production,
    Progress,
    SpokenSentence,
    TimelineEntry,
)
from voices.recordings import import_recording
from voices.studio import Lane, Studio

__all__ = [
    "CLOSING",
    "DEFAULT_VOICE",
    "STATION_CALL",
    "TRACK",
    "Arrangement",
    "BadSoundError",
    "Clip",
    "EarReport",
    "Engine",
    "EngineFailedError",
    "HeardSentence",
    "Lane",
    "LanguageTrack",
    "MusicBed",
    "NothingToSayError",
    "Production",
    "ProductionCancelledError",
    "Progress",
    "SpeechSettings",
    "SpokenSentence",
    "StorageError",
    "Studio",
    "TextTooLongError",
    "TimelineEntry",
    "VoiceError",
    "VoiceNotInstalledError",
    "import_recording",
    "listen",
    "open_engine",
    "opus_to_mp3",
    "produce",
]
