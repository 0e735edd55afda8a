"""`loa backup` and `loa restore`: a station in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer


def backup(
    target: Annotated[Path, typer.Argument(help="Tệp sao lưu, ví dụ dai-2026-12-01.tar.gz")],
    *,
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station"),
) -> None:
    """Sao lưu toàn bộ đài vào một tệp; đài không phải dừng. Tệp chứa khoá bí mật: hãy cất nơi an toàn."""
    from server.backup import backup as write
    from server.errors import StationError
    from server.settings import Settings

    try:
        manifest = write(Settings.from_environment(data.resolve()), target)
    except StationError as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
    files = manifest["files"]
    assert isinstance(files, dict)
    typer.echo(f"Đã sao lưu {len(files)} tệp vào {target}")


def restore(
    source: Annotated[Path, typer.Argument(help="Tệp do loa backup ghi.")],
    *,
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu mới, còn trống.")],
) -> None:
    """Khôi phục đài từ một tệp sao lưu vào thư mục mới."""
    from server.backup import restore as read
    from server.errors import StationError
    from server.settings import Settings

    try:
        manifest = read(Settings.from_environment(data.resolve()), source)
    except StationError as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"Đã khôi phục đài “{manifest['station']}” lúc {manifest['at']} vào {data}")
