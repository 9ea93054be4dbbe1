"""An engine on the test database with the fake gateway, and sellers who hold its keys."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.api.app import create_app
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.wiring import Engine
from tests.api.seller import Seller, an_address, sign_up
from tests.api.stand_in import engine_on


@pytest.fixture(scope="session")
def engine(db: Database, urls: Urls) -> Iterator[Engine]:
    """The engine as it is in production, on the worker's own database."""
    with engine_on(db, urls) as made:
        yield made


@pytest.fixture(scope="session")
def app(engine: Engine) -> FastAPI:
    return create_app(engine)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """Nobody in particular."""
    return TestClient(app, raise_server_exceptions=False, client=(an_address(), 50_000))


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    """A business in Karnataka that has just signed up, in test mode."""
    return sign_up(app)


@pytest.fixture(scope="session")
def standing(app: FastAPI) -> Seller:
    """One seller for all tests that leave nothing behind."""
    return sign_up(app)
