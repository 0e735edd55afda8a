"""Piper: any voice of its catalogue, on onnxruntime. Needs the extra `piper` (GPL-3, therefore not part of the station)."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime

from voices.catalog import VoiceFile
from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError, VoiceNotInstalledError
from voices.files import sha256_of
from voices.pitch import shifted

_DAMAGED = "Tệp của giọng Piper này bị hỏng, không nạp được. Kỹ thuật viên gỡ rồi cài lại giọng"


class PiperEngine:
    """One Piper voice. `SpeechSettings.comma_pause_ms` has no effect: Piper has pauses of its own."""

    def __init__(self, folder: Path, files: Sequence[VoiceFile], *, threads: int = 1) -> None:
        """`files` of `folder` are the .onnx and its .onnx.json. Raises `VoiceNotInstalledError` where Piper is missing or
        a file is not what it was.
        """
        try:
            from piper import PiperConfig, PiperVoice, SynthesisConfig  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise VoiceNotInstalledError(
                "Giọng này cần Piper mà máy chưa cài. Kỹ thuật viên chạy: pip install 'loa-lang[piper]'."
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        model = next(folder / file.name for file in files if file.name.endswith(".onnx"))
        if any(sha256_of(folder / file.name) != file.sha256 for file in files):
            raise VoiceNotInstalledError(f"{_DAMAGED} ({folder.name}).")
        try:
            config = PiperConfig.from_dict(json.loads(model.with_suffix(".onnx.json").read_text("utf-8")))
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own classes, derived from Exception alone
            raise VoiceNotInstalledError(f"{_DAMAGED} ({folder.name}: {error!s:.200}).") from error
        self._voice = PiperVoice(session=session, config=config)
        self._length_scale = config.length_scale
        self._settings = SynthesisConfig
        parts = [version("piper-tts"), *(file.sha256[:16] for file in files)]
        self.fingerprint = f"piper/2/{'/'.join(parts)}"

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `Engine`."""
        if not any(char.isalnum() for char in text):
            raise NothingToSayError(f"“{text[:60]}” không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
        chunks = list(self._voice.synthesize(text, self._settings(length_scale=self._length_scale / settings.speed)))
        if not chunks:
            raise EngineFailedError(f"Piper không đọc được “{text[:60]}”. Hãy chọn giọng khác.")
        samples = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float32)
        return shifted(Clip(samples, chunks[0].sample_rate), settings.pitch_st)
