"""One station process without its web side: `python -m loa.exactly_once.station_process DATA_DIR DATABASE_URL BROKER_URL`."""

import sys
import time
from pathlib import Path

import structlog

from server import schema
from server.air import Air
from server.database import Database
from server.scheduling import materialise
from server.settings import Settings
from server.tables.columns import now

_MATERIALISE_S = 2.0


def main() -> None:
    """Run until killed: the same air side as the whole station's, and occurrences made by whoever comes first."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))
    data_dir, database_url, broker_url = sys.argv[1:]
    settings = Settings(data_dir=Path(data_dir), station="bench", database_url=database_url, broker_url=broker_url)
    database = Database(settings.database)
    schema.upgrade(database)
    air = Air(settings, database)
    air.start()
    print("started", flush=True)
    while True:
        with database.write() as session:
            made = materialise(session, now(), settings.timezone)
        if made:
            air.kick()
        time.sleep(_MATERIALISE_S)


if __name__ == "__main__":
    main()
