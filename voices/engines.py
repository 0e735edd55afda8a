"""Which engine speaks a voice."""

from voices.engine import Engine
from voices.errors import VoiceNotInstalledError

DEFAULT_VOICE = "kokoro-vi-nu"
_OWN = "kokoro-vi-"


def takes_care(voice_id: str) -> bool:
    """Whether the voice can say single words another way (`SpeechSettings.care`)."""
    return voice_id.startswith(_OWN)


def patience_s(voice_id: str) -> float:
    """How long a sentence of the voice may be under way on another machine, beyond what a worker may take for its own work."""
    if voice_id.startswith(_OWN):
        return 0.0
    from voices.catalog import installed_voice  # noqa: PLC0415  # loads an HTTP client, which Kokoro-vi never needs

    try:
        voice, _ = installed_voice(voice_id)
    except VoiceNotInstalledError:  # the worker will say so
        return 0.0
    return voice.api.patience_s if voice.api else 0.0


def open_engine(voice_id: str, threads: int = 1) -> Engine:
    """Load a voice, ready to speak. Raises `VoiceNotInstalledError`, `EngineFailedError`."""
    if voice_id.startswith(_OWN):
        from voices.kokoro import KokoroEngine  # noqa: PLC0415  # loads onnxruntime

        return KokoroEngine(voice_id, threads=threads)
    if voice_id == "espeak-vi":
        from voices.espeak import EspeakEngine  # noqa: PLC0415  # tests and benchmarks only

        return EspeakEngine()
    from voices.catalog import installed_voice  # noqa: PLC0415  # loads an HTTP client, which Kokoro-vi never needs

    voice, folder = installed_voice(voice_id)
    if voice.api:
        from voices.speech_api import SpeechApiEngine  # noqa: PLC0415

        return SpeechApiEngine(voice.api)
    from voices.piper_engine import PiperEngine  # noqa: PLC0415  # loads onnxruntime

    return PiperEngine(folder, voice.file, threads=threads)
