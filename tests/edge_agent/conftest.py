import pytest

from tests.edge_agent.world import World


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path)
    yield found
    found.store.close()
