"""For all rooms."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _log_as_at_the_start() -> Iterator[None]:
    """A test that runs a command in this process points the log at streams that are closed afterwards."""
    yield
    structlog.reset_defaults()
