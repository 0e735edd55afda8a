"""The folder of a station that is there already, for commands that look into it."""

from pathlib import Path

import typer

from server.settings import Settings


def settings_of(data: Path) -> Settings:
    """The settings of the station in `data`; ends the command where there is none, since opening it would make an empty one."""
    settings = Settings.from_environment(data.resolve())
    prefix = "sqlite:///"
    if settings.database.startswith(prefix) and not Path(settings.database.removeprefix(prefix)).is_file():
        typer.echo(f"✗ Không có đài nào trong thư mục {data}. Hãy ghi đúng thư mục dữ liệu bằng --data.", err=True)
        raise typer.Exit(1)
    return settings
