"""`loa voices`: which voices there are, on this machine and to be had."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Các giọng đọc: xem, cài, nhập, gỡ, cho máy khác dùng.", no_args_is_help=True)
_DEFAULT_PORT = 8300
_WIDE = 200
"""Columns where no terminal says otherwise: a pipe wants whole ids."""


@app.command("list")
def list_voices() -> None:
    """Các giọng trong danh mục và trên máy này."""
    from rich.console import Console
    from rich.table import Table

    from voices.catalog import catalogue, installed_voices

    here = {voice.id: voice for voice in installed_voices()}
    known = {voice.id for voice in catalogue()}
    table = Table(box=None, pad_edge=False)
    for title in ("", "mã", "tên", "tiếng", "vùng", "giới", "giấy phép", "tải"):
        table.add_column(title, no_wrap=title == "mã")
    for voice in (*catalogue(), *(voice for voice in here.values() if voice.id not in known)):
        size = f"{voice.download_bytes / 1e6:.0f} MB" if voice.download_bytes else ""
        mark = "✓" if voice.id in here else ""
        table.add_row(mark, voice.id, voice.name, voice.language, voice.region, voice.sex, voice.licence, size)
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)


@app.command("install")
def install_voice(
    voice_id: Annotated[str, typer.Argument(metavar="[MÃ]", help="Bỏ trống: giọng mặc định, không cần mạng.")] = "",
    *,
    url: Annotated[str, typer.Option(help="Với giọng qua máy chủ: địa chỉ, có /v1 ở cuối.")] = "",
    model: Annotated[str, typer.Option(help="Với giọng qua máy chủ: tên mô hình.")] = "",
    voice: Annotated[str, typer.Option(help="Với giọng qua máy chủ: tên giọng ở đó.")] = "",
    key_variable: Annotated[str, typer.Option(help="Tên biến môi trường chứa khoá của máy chủ.")] = "",
) -> None:
    """Cài một giọng; đã cài rồi thì không làm gì. Tải dở được tải tiếp."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from voices import DEFAULT_VOICE
    from voices.catalog import SpeechServer, find, install

    with _errors_to_the_person():
        entry = find(voice_id or DEFAULT_VOICE)
        server = None
        if entry.api and (url or model or voice or key_variable):
            own = {"url": url, "model": model, "voice": voice, "key_variable": key_variable}
            server = SpeechServer.model_validate(
                entry.api.model_dump() | {key: value for key, value in own.items() if value}
            )
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, *([DownloadColumn()] if entry.file else []), transient=True) as progress:
            task = progress.add_task(entry.id, total=None)
            install(
                entry, server=server, on_progress=lambda done, whole: progress.update(task, completed=done, total=whole)
            )
    print(f"Đã có giọng {entry.id}: {entry.name}. Giấy phép {entry.licence}. {entry.licence_note}".strip())


@app.command("import")
def import_voice(folder: Annotated[Path, typer.Argument(metavar="THƯ_MỤC")]) -> None:
    """Cài giọng từ một thư mục (USB): voice.json và các tệp, hoặc .onnx và .onnx.json của Piper."""
    from voices.catalog import import_folder

    with _errors_to_the_person():
        voice = import_folder(folder)
    print(f"Đã nhập giọng {voice.id}.")


@app.command("remove")
def remove_voice(voice_id: Annotated[str, typer.Argument(metavar="MÃ")]) -> None:
    """Gỡ một giọng khỏi máy này."""
    from voices.catalog import remove

    with _errors_to_the_person():
        remove(voice_id)
    print(f"Đã gỡ giọng {voice_id}.")


@app.command("serve")
def serve(
    *,
    host: Annotated[str, typer.Option(help="Địa chỉ nghe; 0.0.0.0 là cho mọi máy trong mạng.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng.")] = _DEFAULT_PORT,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Số tiến trình đọc.")] = 2,
    key_variable: Annotated[
        str, typer.Option(help="Tên biến môi trường chứa khoá mà máy gọi phải gửi.")
    ] = "LOA_SPEECH_KEY",
) -> None:
    """Cho máy khác dùng giọng của máy này: POST /v1/audio/speech, như API của OpenAI."""
    import socket

    import uvicorn

    from voices import Studio
    from voices.catalog import installed_voices
    from voices.paths import data_home
    from voices.speech_server import speech_app

    key = os.environ.get(key_variable, "")
    if host not in {"127.0.0.1", "localhost", "::1"} and not key:
        print(f"Muốn cho máy khác dùng phải có khoá: đặt biến {key_variable} rồi chạy lại.", file=sys.stderr)
        raise typer.Exit(1)
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        print(f"Không mở được {host}:{port} ({error.strerror}). Hãy chọn cổng khác bằng --port.", file=sys.stderr)
        raise typer.Exit(1) from error
    with listener, _errors_to_the_person(), Studio(data_home() / "clips", workers) as studio:
        offered = tuple(voice.id for voice in installed_voices())
        print(
            f"Giọng đọc ở http://{host}:{listener.getsockname()[1]}/v1/audio/speech: {', '.join(offered)}", flush=True
        )
        config = uvicorn.Config(speech_app(studio, offered, key=key), log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _errors_to_the_person() -> Iterator[None]:
    from pydantic import ValidationError

    from voices import VoiceError

    try:
        yield
    except VoiceError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    except OSError as error:
        print(f"Không đọc hoặc ghi được “{error.filename or 'tệp'}”: {error.strerror or error}.", file=sys.stderr)
        raise typer.Exit(1) from error
    except ValidationError as error:
        wrong = ", ".join(str(part["loc"][-1]) for part in error.errors())
        print(f"Chưa đúng: {wrong}. Địa chỉ phải bắt đầu bằng http:// hoặc https://.", file=sys.stderr)
        raise typer.Exit(1) from error
