"""`loa agent`: the speaker's side. Enrol a box once, then run it."""

import contextlib
import json
import logging
import os
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import structlog
import typer

from edge_agent.errors import AgentError, TransientError
from loa.choices import Sink

app = typer.Typer(help="Máy ở cụm loa (the agent on a speaker).", no_args_is_help=True)

STATE = Path("/var/lib/loa-agent")
"""Where the Debian package and scripts/install-edge keep it."""
State = Annotated[Path, typer.Option("--state", help="Thư mục riêng của máy (its own folder).")]


@app.command()
def enrol(
    *,
    station: Annotated[str, typer.Option(help="Địa chỉ đài, ví dụ https://dai.xa.vn")] = "",
    code: Annotated[str, typer.Option(help="Mã ghép nối dùng một lần, lấy ở đài (claim code).")] = "",
    qr: Annotated[Path | None, typer.Option(help="Ảnh chụp mã QR của đài (photo of the QR code).")] = None,
    file: Annotated[Path | None, typer.Option(help="Tệp loa-enrol.txt tải ở đài.")] = None,
    boot: Annotated[bool, typer.Option("--boot", help="Tìm loa-enrol.txt ở phân vùng khởi động.")] = False,
    state: State = STATE,
) -> None:
    """Ghép máy này với đài, một lần: bằng --station và --code, --qr, --file hoặc --boot. Chạy lại cũng không sao."""
    from edge_agent import invitation
    from edge_agent.enrolment import enrol as enrol_box

    ways = [bool(station and code), qr is not None, file is not None, boot]
    if sum(ways) != 1:
        raise typer.BadParameter("cần đúng một cách: --station và --code, hoặc --qr, hoặc --file, hoặc --boot")
    found: Path | None = None
    try:
        if boot:
            found = invitation.on_boot_partition()
        if qr is not None:
            invited = invitation.from_picture(qr)
        elif found is not None or file is not None:
            invited = invitation.from_file(found or file or Path())
        else:
            invited = invitation.typed(station, code)
        identity = enrol_box(invited.station_url, invited.code, state, version=version("loa-lang"))
    except AgentError as error:
        _leave(found, str(error))
        _fail(error)
    words = (
        f"Đã ghép với đài {identity.answer.station}: máy này là “{identity.answer.name}” ({identity.answer.device_id})."
    )
    _leave(found, words)
    typer.echo(words)


def _leave(invitation_file: Path | None, words: str) -> None:
    """Beside a file from the boot partition stays what became of it; a partition that cannot be written is no reason to fail."""
    from edge_agent.invitation import leave_outcome

    if invitation_file is not None:
        with contextlib.suppress(OSError):
            leave_outcome(invitation_file, words)


@app.command()
def run(
    context: typer.Context,
    state: State,
    sink: Sink = "auto",
    wav: Annotated[Path | None, typer.Option(help="Tệp WAV khi phát ra tệp (the file of the WAV sink).")] = None,
    station_url: Annotated[
        str | None, typer.Option(help="Địa chỉ đài, nếu đã đổi (overrides the enrolled one).")
    ] = None,
) -> None:
    """Chạy máy ở cụm loa cho đến khi được bảo dừng."""
    arguments = ["--state", str(state), "--sink", sink]
    arguments += ["--wav", str(wav)] if wav else []
    arguments += ["--station-url", station_url] if station_url else []
    arguments += ["--verbose"] if context.find_root().params.get("verbose") else []
    # The same process goes on as the agent alone: what only the command line needs does not stay in its memory.
    # -P: this program's own agent, whatever lies in the folder that it was started in.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "edge_agent", *arguments])  # noqa: S606  no shell, our own module


@app.command()
def doctor(
    state: State = STATE,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác.")] = False,
) -> None:
    """Khám máy này: cái gì chạy, cái gì hỏng, phải làm gì. Mã thoát 1 nếu có gì hỏng."""
    from edge_agent.checks import Verdict
    from edge_agent.doctor import examine

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    marks = {Verdict.GOOD: "✓", Verdict.WARNING: "!", Verdict.FAULT: "✗"}
    found = []
    for check in examine(state):
        found.append(check)
        if not as_json:
            typer.echo(f"{marks[check.verdict]} {check.name}: {check.words}")
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in found], ensure_ascii=False))
    if any(check.verdict is Verdict.FAULT for check in found):
        raise typer.Exit(1)


def _fail(error: AgentError) -> None:
    """Say it and end; 75 (EX_TEMPFAIL) is worth another try."""
    typer.echo(str(error), err=True)
    raise typer.Exit(75 if isinstance(error, TransientError) else 1) from error
