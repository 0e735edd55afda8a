"""For all rooms."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# A busy machine may take its time over an example, and what `make test` looks at is the same each time; `wide` looks further.
settings.register_profile("wide", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("wide"), derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _log_as_at_the_start() -> Iterator[None]:
    """A test that runs a command in this process points the log at streams that are closed afterwards."""
    yield
    structlog.reset_defaults()
