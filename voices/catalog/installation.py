"""Which voices are on this machine: one folder each under the voices' home, with its files and `voice.json`."""

import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import ValidationError

from voices.catalog.catalogue import catalogue
from voices.catalog.download import download
from voices.catalog.entry import CatalogVoice, SpeechServer, VoiceFile
from voices.errors import VoiceError, VoiceNotInstalledError
from voices.files import room_on_disk, sha256_of, write_atomically
from voices.paths import voices_home

log = structlog.get_logger(__name__)
_MANIFEST = "voice.json"


def installed_voices() -> tuple[CatalogVoice, ...]:
    """All voices that can speak now, in the catalogue's order, imported ones last."""
    from voices import kokoro  # noqa: PLC0415  # loads onnxruntime

    inside = [voice for voice in catalogue() if voice.engine == "kokoro" and kokoro.installed()]
    order = {voice.id: place for place, voice in enumerate(catalogue())}
    found = [voice for folder in _folders() if (voice := _manifest(folder))]
    return (*inside, *sorted(found, key=lambda voice: (order.get(voice.id, len(order)), voice.id)))


def installed_voice(voice_id: str) -> tuple[CatalogVoice, Path]:
    """A downloaded or imported voice and its folder. Raises `VoiceNotInstalledError`."""
    folder = voices_home() / voice_id
    if voice := _manifest(folder):
        return voice, folder
    raise VoiceNotInstalledError(
        f"Máy này chưa có giọng “{voice_id}”. Chạy “loa voices list” để xem các giọng, “loa voices install {voice_id}” để cài."
    )


def install(
    voice: CatalogVoice, *, server: SpeechServer | None = None, on_progress: Callable[[int, int], None] | None = None
) -> None:
    """Put a voice of the catalogue on this machine; nothing happens where it is already. `server` is for engine "api".

    `on_progress` is told (done, of all). Raises `DownloadFailedError`, `VoiceNotInstalledError`, `StorageError`.
    """
    report = on_progress or (lambda _done, _all: None)
    if voice.engine == "kokoro":
        from voices import kokoro  # noqa: PLC0415

        kokoro.install(progress=report)
        return
    folder = voices_home() / voice.id
    if server:
        voice = voice.model_copy(update={"api": server})
    elif _manifest(folder) == voice and all((folder / file.name).is_file() for file in voice.file):
        return
    before = 0
    for file in voice.file:
        if packaged := _packaged(voice, file):
            with room_on_disk():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(packaged, folder / file.name)
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
    for file in voice.file:
        source = folder / file.name
        if not source.is_file() or sha256_of(source) != file.sha256:
            raise VoiceError(
                f"Tệp {file.name} trong “{folder}” thiếu hoặc không đúng nội dung. Hãy chép lại thư mục giọng."
            )
    with room_on_disk():
        voices_home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=voices_home(), prefix=".tmp-") as scratch:
            fresh = Path(scratch) / voice.id
            fresh.mkdir()
            for file in voice.file:
                shutil.copyfile(folder / file.name, fresh / file.name)
            write_atomically(fresh / _MANIFEST, voice.model_dump_json(indent=2).encode())
            target = voices_home() / voice.id
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    log.info("Voice imported", voice=voice.id)
    return voice


def remove(voice_id: str) -> None:
    """Delete a voice's files. Raises `VoiceNotInstalledError`, or `VoiceError` for the built-in ones."""
    if any(voice.id == voice_id and voice.engine == "kokoro" for voice in catalogue()):
        raise VoiceError("Giọng Kokoro-vi là giọng dự phòng của đài, không gỡ được.")
    _, folder = installed_voice(voice_id)
    with room_on_disk():
        shutil.rmtree(folder)


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
    files = tuple(
        VoiceFile(name=path.name, bytes=path.stat().st_size, sha256=sha256_of(path)) for path in (models[0], config)
    )
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
