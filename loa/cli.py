"""The command `loa`: one module a job, each usable alone. Heavy imports wait inside the commands: a Pi has only the edge extra."""

import logging
import sys

import structlog
import typer

from loa import (
    agent_command,
    audit_command,
    backup_command,
    bench_chaos,
    bench_console,
    bench_exactly_once,
    bench_pages,
    bench_plan,
    bench_play,
    bench_reading,
    bench_station,
    bench_traffic,
    bench_voice,
    demo_command,
    migrate_command,
    plan_command,
    read_command,
    run_command,
    say_command,
    serve_command,
    voices_command,
)

app = typer.Typer(
    help="Loa Làng: văn bản của xã thành tiếng nói trên loa thôn, đúng giờ, có chữ ký, và biết đã phát gì.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo_command.demo)
app.command("run")(run_command.run)
app.command("serve")(serve_command.serve)
app.command("read")(read_command.read)
app.command("say")(say_command.say)
app.command("plan")(plan_command.plan)
app.command("migrate")(migrate_command.migrate)
app.command("backup")(backup_command.backup)
app.command("restore")(backup_command.restore)
app.add_typer(agent_command.app, name="agent")
app.add_typer(audit_command.app, name="audit")
app.add_typer(voices_command.app, name="voices")

bench = typer.Typer(help="Đo thật, in ra số trung vị và tỷ lệ (benchmarks).", no_args_is_help=True)
bench.command("reading")(bench_reading.reading)
bench.command("voice")(bench_voice.voice)
bench.command("station")(bench_station.station)
bench.command("plan")(bench_plan.plan)
bench.command("console")(bench_console.console)
bench.command("pages")(bench_pages.pages)
bench.command("chaos")(bench_chaos.chaos)
bench.command("exactly-once")(bench_exactly_once.exactly_once)
bench.command("play")(bench_play.play)
bench.command("traffic")(bench_traffic.traffic)
app.add_typer(bench, name="bench")

_SERVICES = frozenset({"run", "serve", "agent"})
"""They run for months, and their log is read afterwards."""


@app.callback()
def _logging(
    context: typer.Context,
    *,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Ghi nhật ký chi tiết (log more)."),
) -> None:
    """Structured logs on standard error, so that standard output stays clean for programs; to a person only what went wrong."""
    usual = logging.INFO if context.invoked_subcommand in _SERVICES else logging.WARNING
    # without local variables either way: they hold passwords and keys
    for_machines = (
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    )
    for_people = (structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(for_people if sys.stderr.isatty() else for_machines),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else usual),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
