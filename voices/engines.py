"""Which engine speaks a voice."""

from voices.engine import Engine
from voices.errors import VoiceNotInstalledError

DEFAULT_VOICE = "kokoro-vi-nu"


def open_engine(voice_id: str, threads: int = 1) -> Engine:
    """Load a voice, ready to speak. Raises `VoiceNotInstalledError`, `EngineFailedError`."""
    if voice_id.startswith("kokoro-vi-"):
        from voices.kokoro import KokoroEngine  # noqa: PLC0415  # loads onnxruntime

        return KokoroEngine(voice_id, threads=threads)
    if voice_id == "espeak-vi":
        from voices.espeak import EspeakEngine  # noqa: PLC0415

        return EspeakEngine()
    raise VoiceNotInstalledError(f"Không có giọng nào tên “{voice_id}”. Chạy “loa voices list” để xem các giọng.")
