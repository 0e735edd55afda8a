"""`loa serve`: one station process, until it is told to stop."""

from pathlib import Path
from typing import Annotated

import typer

from loa.choices import Broker


def serve(
    *,
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station"),
    host: Annotated[str | None, typer.Option(help="Địa chỉ nghe; mặc định chỉ máy này.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng; 0 là cổng trống bất kỳ, và giữ cổng đó cho lần sau.")] = None,
    https: Annotated[
        int | None,
        typer.Option(
            "--https",
            help="Thêm cổng HTTPS với chứng chỉ riêng của đài, để thu âm và cài lên điện thoại; 0 là cổng trống.",
        ),
    ] = None,
    broker: Broker = "auto",
    broker_url: Annotated[str | None, typer.Option(help="mqtt://user:password@host:port của broker có sẵn.")] = None,
) -> None:
    """Chạy đài: trang web, API, broker và việc phát theo lịch."""
    from server.errors import StationError
    from server.process import run
    from server.settings import Settings

    data = data.resolve()
    settings = Settings.from_environment(
        data, host=host, port=port, https_port=https, broker_choice=broker, broker_url=broker_url
    )
    try:
        run(settings, announce=lambda url: typer.echo(f"Đài đang chạy tại {url}"))
    except (StationError, OSError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
