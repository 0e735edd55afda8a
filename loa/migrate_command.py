"""`loa migrate`: bring a station's database to this version of the program, without starting the station."""

from pathlib import Path
from typing import Annotated

import typer


def migrate(*, data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station")) -> None:
    """Đưa cơ sở dữ liệu của đài lên bản chương trình này (loa serve cũng tự làm khi khởi động)."""
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from server import schema
    from server.database import Database
    from server.settings import Settings

    database = Database(Settings.from_environment(data.resolve()).database)
    try:
        schema.upgrade(database)
    except (CommandError, SQLAlchemyError) as error:
        typer.echo(f"✗ Không nâng cấp được cơ sở dữ liệu: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        database.close()
    typer.echo("Cơ sở dữ liệu đã ở bản mới nhất.")
