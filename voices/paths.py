"""Where a station keeps what it downloads or makes once: weights, cut graphs, clips."""

import os
from pathlib import Path


def data_home() -> Path:
    """`$LOA_HOME`, else `$XDG_DATA_HOME/loa-lang`, else `~/.local/share/loa-lang`. Not created here."""
    if own := os.environ.get("LOA_HOME"):
        return Path(own).expanduser()
    shared = os.environ.get("XDG_DATA_HOME")
    base = Path(shared).expanduser() if shared else Path.home() / ".local" / "share"
    return base / "loa-lang"


def voices_home() -> Path:
    """The folder of installed voices, one folder each."""
    return data_home() / "voices"
