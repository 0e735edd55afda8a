"""A script becomes sound."""

from voices.checked import Checked, check, produce_checked
from voices.ear import Ear, EarReport, HeardSentence, Recogniser, ear_is_installed, listen
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
from voices.recordings import Recording, import_recording
from voices.studio import Lane, Studio

__all__ = [
    "CLOSING",
    "DEFAULT_VOICE",
    "STATION_CALL",
    "TRACK",
    "Arrangement",
    "BadSoundError",
    "Checked",
    "Clip",
    "Ear",
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
    "Recogniser",
    "Recording",
    "SpeechSettings",
    "SpokenSentence",
    "StorageError",
    "Studio",
    "TextTooLongError",
    "TimelineEntry",
    "VoiceError",
    "VoiceNotInstalledError",
    "check",
    "ear_is_installed",
    "import_recording",
    "listen",
    "open_engine",
    "opus_to_mp3",
    "produce",
    "produce_checked",
]
