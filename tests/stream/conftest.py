"""A Kafka for the tests of this folder, and a database where nobody else's events wait."""

from collections.abc import Iterator

import pytest

from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from tests.stream.cluster import GIVEN, Cluster, mock_cluster


@pytest.fixture
def db(untouched_urls: Urls) -> Iterator[Database]:
    """A database of the test's own: whoever asks what waits finds only what waits here."""
    database = Database(untouched_urls.app, size=24)
    yield database
    database.close()


@pytest.fixture(scope="session")
def mocked() -> Iterator[Cluster]:
    """The mock cluster, which can be away."""
    with mock_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Cluster:
    """The broker that was given, or the mock cluster."""
    if GIVEN:
        return Cluster(GIVEN)
    cluster: Cluster = request.getfixturevalue("mocked")
    return cluster
