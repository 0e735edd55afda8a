"""eSpeak NG: for tests and as the yardstick of the benchmark. Nobody understands its Vietnamese, so no commune is offered it."""

import io
import shutil
import subprocess

import soundfile

from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError, VoiceNotInstalledError

_WORDS_A_MINUTE = 160
_PITCH = 50
_PITCH_A_SEMITONE = 5


class EspeakEngine:
    """The program `espeak-ng`, one process a sentence."""

    fingerprint = "espeak-ng-vi"

    def __init__(self) -> None:
        program = shutil.which("espeak-ng")
        if program is None:
            raise VoiceNotInstalledError("Máy này chưa có espeak-ng. Cài gói espeak-ng rồi thử lại.")
        self._program = program

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `Engine`."""
        if not any(char.isalpha() for char in text):
            raise NothingToSayError(f"“{text[:60]}” không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
        speed, pitch = round(_WORDS_A_MINUTE * settings.speed), round(_PITCH + _PITCH_A_SEMITONE * settings.pitch_st)
        command = [self._program, "-v", "vi", "-s", str(speed), "-p", str(pitch), "--stdin", "--stdout"]
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=False)
        if done.returncode != 0 or not done.stdout:
            raise EngineFailedError("espeak-ng không đọc được câu này. Hãy chọn giọng khác.")
        samples, rate_hz = soundfile.read(io.BytesIO(done.stdout), dtype="float32")
        return Clip(samples, rate_hz)
