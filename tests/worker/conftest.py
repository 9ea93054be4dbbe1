"""An engine of its own, on the worker's database, with a clock that the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.wiring import Engine
from tests.api.stand_in import engine_on


@dataclass
class HandClock:
    at: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(db: Database, urls: Urls, clock: HandClock) -> Iterator[Engine]:
    with engine_on(db, urls) as made:
        yield replace(made, clock=clock)
