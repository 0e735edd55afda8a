"""`python -m edge_agent`: the agent alone, without the command line's libraries. `loa agent run` becomes this process.

A box of 512 MB has other things to do: what only the command line needs (typer, rich) is 10 MB that the agent never gives back.
"""

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Run until told to stop; 75 (EX_TEMPFAIL) is worth another try, 1 is not."""
    parser = argparse.ArgumentParser(prog="loa agent run")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--sink", default="auto")
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--station-url")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    sys.modules["rich"] = None  # type: ignore[assignment]  # None is Python's word for "not to be imported": structlog would

    from edge_agent.errors import AgentError, TransientError  # noqa: PLC0415  after rich is out of reach
    from edge_agent.runtime.assembly import Settings, Sink, run  # noqa: PLC0415  the same
    from edge_agent.runtime.logs import LogTail, log_to_stderr  # noqa: PLC0415  the same

    tail = LogTail()
    log_to_stderr(tail, verbose=arguments.verbose)
    sink = Sink(arguments.sink)
    try:
        run(Settings(arguments.state, sink, arguments.wav, arguments.station_url, tail=tail, verbose=arguments.verbose))
    except AgentError as error:
        sys.stderr.write(f"{error}\n")
        return 75 if isinstance(error, TransientError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
