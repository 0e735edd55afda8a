"""Which voices are on this machine: one folder each under the voices' home, with its files and `voice.json`."""

import importlib.util
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import ValidationError

from voices.catalog.catalogue import catalogue
from voices.catalog.download import download
from voices.catalog.entry import CatalogVoice, SpeechServer, VoiceFile
from voices.errors import VoiceError, VoiceNotInstalledError
from voices.files import copy_atomically, room_on_disk, sha256_of, write_atomically
from voices.paths import voices_home

log = structlog.get_logger(__name__)
_MANIFEST = "voice.json"


def installed_voices() -> tuple[CatalogVoice, ...]:
    """All voices that can speak now, in the catalogue's order, imported ones last."""
    from voices import kokoro  # noqa: PLC0415  # loads onnxruntime

    inside = [voice for voice in catalogue() if voice.engine == "kokoro" and kokoro.installed()]
    order = {voice.id: place for place, voice in enumerate(catalogue())}
    found = [voice for folder in _folders() if (voice := _manifest(folder)) and _is_whole(folder, voice)]
    return (*inside, *sorted(found, key=lambda voice: (order.get(voice.id, len(order)), voice.id)))


def installed_voice(voice_id: str) -> tuple[CatalogVoice, Path]:
    """A downloaded or imported voice and its folder. Raises `VoiceNotInstalledError`."""
    folder = voices_home() / voice_id
    if folder.parent == voices_home() and (voice := _manifest(folder)) and _is_whole(folder, voice):
        return voice, folder
    raise VoiceNotInstalledError(_not_here(voice_id))


def install(
    voice: CatalogVoice, *, server: SpeechServer | None = None, on_progress: Callable[[int, int], None] | None = None
) -> None:
    """Put a voice of the catalogue on this machine; nothing happens where it is already, and in order. `server` is for
    engine "api".

    `on_progress` is told (done, of all). Raises `DownloadFailedError`, `VoiceNotInstalledError`, `StorageError`.
    """
    report = on_progress or (lambda _done, _all: None)
    if voice.engine == "kokoro":
        from voices import kokoro  # noqa: PLC0415

        kokoro.install(progress=report)
        return
    folder = voices_home() / voice.id
    here = _manifest(folder)
    if server:
        voice = voice.model_copy(update={"api": server})
    elif here and (voice.api or (here == voice and all(_is_right(folder, file) for file in voice.file))):
        return  # a speech server stays where the commune said it is
    before = 0
    for file in voice.file:
        if packaged := _packaged(voice, file):
            copy_atomically(packaged, folder / file.name)
        else:
            download(file, folder, on_progress=lambda done, before=before: report(before + done, voice.download_bytes))  # type: ignore[misc]  # mypy cannot type a default in a lambda
        before += file.bytes
        report(before, voice.download_bytes)
    write_atomically(folder / _MANIFEST, voice.model_dump_json(indent=2).encode())
    log.info("Voice installed", voice=voice.id)


def import_folder(folder: Path) -> CatalogVoice:
    """Install a voice from a folder: one with `voice.json` (from another station), or a Piper voice's .onnx and .onnx.json.

    Works without any network. Raises `VoiceError` when the folder is no voice or its files are not what they should be.
    """
    voice = _manifest(folder) or _piper_voice_in(folder)
    if voice.engine == "kokoro" or any(known.id == voice.id and known.engine == "kokoro" for known in catalogue()):
        raise VoiceError(f"Giọng {voice.id} có sẵn trong đài, không nhập từ thư mục. Chạy “loa voices install”.")
    for file in voice.file:
        if not _is_right(folder, file):
            raise VoiceError(
                f"Tệp {file.name} trong “{folder}” thiếu hoặc không đúng nội dung. Hãy chép lại thư mục giọng."
            )
    with room_on_disk():
        voices_home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=voices_home(), prefix=".tmp-") as scratch:
            fresh = Path(scratch) / voice.id
            fresh.mkdir()
            for file in voice.file:
                copy_atomically(folder / file.name, fresh / file.name)
            write_atomically(fresh / _MANIFEST, voice.model_dump_json(indent=2).encode())
            target = voices_home() / voice.id
            if target.exists():
                target.rename(Path(scratch) / "before")
            fresh.rename(target)
    log.info("Voice imported", voice=voice.id)
    return voice


def remove(voice_id: str) -> None:
    """Delete a voice's files, also half-fetched or damaged ones. Raises `VoiceNotInstalledError`, or `VoiceError` for the
    built-in ones.
    """
    known = next((voice for voice in catalogue() if voice.id == voice_id), None)
    if known and known.engine == "kokoro":
        raise VoiceError("Giọng Kokoro-vi là giọng dự phòng của đài, không gỡ được.")
    folder = voices_home() / voice_id
    if folder.parent != voices_home() or not folder.is_dir() or not (known or _manifest(folder)):
        raise VoiceNotInstalledError(_not_here(voice_id))
    with room_on_disk(), tempfile.TemporaryDirectory(dir=voices_home(), prefix=".tmp-") as scratch:
        folder.rename(Path(scratch) / "gone")  # at once: half a voice would still be offered


def _not_here(voice_id: str) -> str:
    return (
        f"Máy này chưa có giọng “{voice_id}”, hoặc tệp của giọng bị thiếu. Chạy “loa voices list” để xem các giọng, "
        f"“loa voices install {voice_id}” để cài."
    )


def _is_whole(folder: Path, voice: CatalogVoice) -> bool:
    """Whether all files are there with their lengths; their content is looked at when they are installed and loaded."""
    try:
        return all((folder / file.name).stat().st_size == file.bytes for file in voice.file)
    except OSError:
        return False


def _is_right(folder: Path, file: VoiceFile) -> bool:
    return (folder / file.name).is_file() and sha256_of(folder / file.name) == file.sha256


def _folders() -> list[Path]:
    home = voices_home()
    return [folder for folder in home.iterdir() if folder.is_dir()] if home.is_dir() else []


def _manifest(folder: Path) -> CatalogVoice | None:
    try:
        return CatalogVoice.model_validate_json((folder / _MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError:
        log.warning("A voice's manifest cannot be read", folder=str(folder))
        return None


def _piper_voice_in(folder: Path) -> CatalogVoice:
    models = sorted(folder.glob("*.onnx")) if folder.is_dir() else []
    if len(models) != 1 or not (config := models[0].with_suffix(".onnx.json")).is_file():
        raise VoiceError(
            f"“{folder}” không phải thư mục giọng: cần voice.json, hoặc đúng một tệp .onnx của Piper với tệp .onnx.json bên cạnh."
        )
    voice_id = models[0].stem
    _check_config(config)
    try:
        files = tuple(
            VoiceFile(name=path.name, bytes=path.stat().st_size, sha256=sha256_of(path)) for path in (models[0], config)
        )
        known = next((voice for voice in catalogue() if voice.id == voice_id), None)
        if known and {file.sha256 for file in files} == {file.sha256 for file in known.file}:
            return known  # with its name and licence
        return CatalogVoice(
            id=voice_id,
            name=f"{voice_id} (Piper, nhập từ thư mục)",
            engine="piper",
            language=voice_id.split("_")[0],
            licence="chưa rõ",
            licence_note="Giấy phép do người nhập giọng tự kiểm tra.",
            source=str(folder),
            file=files,
        )
    except ValidationError as error:
        raise VoiceError(
            f"Tệp {models[0].name} rỗng hoặc tên có dấu cách, ký hiệu lạ. Hãy đổi tên (chữ, số, dấu . _ -) rồi nhập lại."
        ) from error


def _check_config(config: Path) -> None:
    try:
        facts = json.loads(config.read_text("utf-8"))
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or not {"audio", "phoneme_id_map"} <= facts.keys():
        raise VoiceError(f"Tệp {config.name} không phải cấu hình của một giọng Piper. Hãy chép lại thư mục giọng.")


def _packaged(voice: CatalogVoice, file: VoiceFile) -> Path | None:
    """The file inside an installed Python package, if its content is right."""
    if not voice.package:
        return None
    spec = importlib.util.find_spec(voice.package.replace("-", "_"))
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "data" / file.name
        if path.is_file() and sha256_of(path) == file.sha256:
            return path
    return None
