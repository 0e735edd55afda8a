"""A PostgreSQL of our own in a folder, for a benchmark; gone afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """Where initdb and pg_ctl are: on PATH, or where Debian puts them."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    return folders[-1] if folders else None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database; only a socket in `folder` leads to it. Raises RuntimeError if there is none here."""
    bin_dir = programs()
    if bin_dir is None:
        raise RuntimeError("PostgreSQL chưa được cài. Hãy cài gói postgresql, hoặc chạy với --database sqlite.")
    folder.mkdir(parents=True, exist_ok=True)
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, capture_output=True, cwd="/")

    data = folder / "data"
    run(str(bin_dir / "initdb"), "-D", str(data), "-U", "loa", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=100"
    run(str(bin_dir / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://loa@/postgres?host={folder}"
    finally:
        run(str(bin_dir / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
