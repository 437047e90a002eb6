"""A platform that tests may hurt, one for all of them."""

import gc
import warnings
from collections.abc import AsyncIterator

import pytest

from tests.chaos.cluster import Cluster, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=3, help="how many seeds the long runs take")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Connections that a fault has cut may be found unclosed, in whichever test it is."""
    for item in items:
        if "chaos" in item.path.parts:
            item.add_marker(
                pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
            )


def pytest_sessionfinish() -> None:
    """After the last test, too: whatever finds them then would fail a run that passed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `seed` runs once with each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, metafunc.config.getoption("--seeds") + 1))


@pytest.fixture(scope="session", name="shared")
async def _shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    async with running(tmp_path_factory.mktemp("cluster"), say=print) as cluster:
        yield cluster


@pytest.fixture
async def cluster(shared: Cluster) -> Cluster:
    """Two gateways, two of chat, signaling and rooms, one of all else; whole before each test.

    Whoever hurts it heals it: `await cluster.ready()`. What a test that failed has left
    hurt is not held against the next one.
    """
    await shared.ready()
    return shared
