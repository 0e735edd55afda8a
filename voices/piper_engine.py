"""Piper: any voice of its catalogue, on onnxruntime. Needs the extra `piper` (GPL-3, therefore not part of the station)."""

import json
from pathlib import Path

import numpy as np
import onnxruntime

from voices.engine import Clip, SpeechSettings
from voices.errors import EngineFailedError, NothingToSayError, VoiceNotInstalledError
from voices.pitch import shifted


class PiperEngine:
    """One Piper voice. `SpeechSettings.comma_pause_ms` has no effect: Piper has pauses of its own."""

    def __init__(self, model: Path, *, sha256: str, threads: int = 1) -> None:
        """`model` is the .onnx, its .onnx.json beside it. Raises `VoiceNotInstalledError` where Piper is missing."""
        try:
            from piper import PiperConfig, PiperVoice, SynthesisConfig  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise VoiceNotInstalledError(
                "Giọng này cần Piper mà máy chưa cài. Kỹ thuật viên chạy: pip install 'loa-lang[piper]'."
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        config = PiperConfig.from_dict(json.loads(model.with_suffix(".onnx.json").read_text("utf-8")))
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._voice = PiperVoice(session=session, config=config)
        self._length_scale = config.length_scale
        self._settings = SynthesisConfig
        self.fingerprint = f"piper/1/{sha256}"

    def render(self, text: str, settings: SpeechSettings) -> Clip:
        """Speak one sentence; see `Engine`."""
        if not any(char.isalnum() for char in text):
            raise NothingToSayError(f"“{text[:60]}” không có chữ nào đọc được. Hãy sửa hoặc bỏ câu này.")
        chunks = list(self._voice.synthesize(text, self._settings(length_scale=self._length_scale / settings.speed)))
        if not chunks:
            raise EngineFailedError(f"Piper không đọc được “{text[:60]}”. Hãy chọn giọng khác.")
        samples = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float32)
        return shifted(Clip(samples, chunks[0].sample_rate), settings.pitch_st)
