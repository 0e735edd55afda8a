"""The command `loa`: one sub-command a job, each usable alone."""

import typer

app = typer.Typer(help="Loa Làng: văn bản của xã thành tiếng nói trên loa thôn.", no_args_is_help=True)
