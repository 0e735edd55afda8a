"""`loa run`: the station with its three speakers, kept running, to do the job by hand in a browser."""

import time
from pathlib import Path
from typing import Annotated

import typer

from loa.choices import Broker, Sink


def run(
    *,
    folder: Annotated[Path, typer.Option(help="Nơi giữ dữ liệu giữa các lần chạy.")] = Path("var/run"),
    port: Annotated[int, typer.Option(help="Cổng của trang web.")] = 8000,
    sink: Sink = "auto",
    broker: Broker = "auto",
) -> None:
    """Đài và ba cụm loa trên máy này, chạy đến khi bấm Ctrl-C."""
    from rich.console import Console
    from rich.table import Table

    from loa.children import ChildFailedError, Children
    from loa.client import ApiError
    from loa.stage import Stage, StageOptions

    console = Console()
    folder = folder.resolve()
    try:
        with Children(folder / "logs") as children:
            stage = Stage(StageOptions(folder=folder, sink=sink, broker=broker, port=port), children)
            stage.start_station()
            stage.set_up()
            stage.start_speakers()
            table = Table("Tên đăng nhập", "Mật khẩu", title=f"Mở {stage.url} và đăng nhập")
            for username, password in stage.passwords.items():
                table.add_row(username, password)
            console.print(table)
            console.print(f"Âm thanh và nhật ký ở {folder}. Ctrl-C để dừng.", highlight=False)
            while True:
                children.check()
                time.sleep(1.0)
    except KeyboardInterrupt:
        console.print("Đã dừng.")
    except (ChildFailedError, ApiError, OSError) as error:
        console.print(f"✗ {error}", style="red", markup=False)
        raise typer.Exit(1) from error
