"""`loa audit`: the log of acts, exported and verified."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="Nhật ký thao tác: ai đã làm gì, không sửa được mà không lộ.", no_args_is_help=True)


@app.command()
def export(*, data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station")) -> None:
    """In toàn bộ nhật ký ra màn hình, mỗi dòng một mục JSON."""
    with _errors_to_the_person():
        for entry in _stored(data):
            typer.echo(json.dumps(entry, ensure_ascii=False))


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="Tệp do loa audit export in ra; bỏ trống thì xem trong đài; - là đầu vào.")
    ] = None,
    *,
    data: Annotated[Path, typer.Option(help="Thư mục dữ liệu của đài.")] = Path("var/station"),
    last_hash: Annotated[str, typer.Option(help="Mã cuối đã ghi lại lần trước: phải nằm trong nhật ký.")] = "",
) -> None:
    """Kiểm tra nhật ký chưa bị sửa, xoá hay chèn. Mã thoát 0 chỉ khi nguyên vẹn."""
    from server.audit import verify as check

    seen = not last_hash

    def watched() -> Iterator[dict[str, Any]]:
        nonlocal seen
        for entry in _stored(data) if file is None else _lines(file):
            seen = seen or entry.get("hash") == last_hash
            yield entry

    with _errors_to_the_person():
        verdict = check(watched())
    if not verdict.ok:
        typer.echo(f"✗ {verdict.problem}", err=True)
        raise typer.Exit(1)
    if not seen:
        typer.echo("✗ Mã cuối đã ghi lại lần trước không còn trong nhật ký: phần cuối đã bị cắt hoặc thay.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Nguyên vẹn: {verdict.entries} mục, mã cuối {verdict.last_hash}")


@contextmanager
def _errors_to_the_person() -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except OSError as error:
        typer.echo(f"✗ Không đọc được nhật ký: {error}", err=True)
        raise typer.Exit(1) from error
    except SQLAlchemyError as error:
        typer.echo("✗ Không đọc được cơ sở dữ liệu của đài. Hãy kiểm tra --data.", err=True)
        raise typer.Exit(1) from error


def _stored(data: Path) -> Iterator[dict[str, Any]]:
    from loa.station_folder import settings_of
    from server.audit import entries
    from server.database import Database

    database = Database(settings_of(data).database)
    try:
        with database.read() as session:
            yield from entries(session)
    finally:
        database.close()


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with sys.stdin if str(file) == "-" else file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {}
            yield entry if isinstance(entry, dict) else {}
