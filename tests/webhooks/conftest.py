"""A shop whose events are told to whoever wants them, and a relay that tells them."""

from collections.abc import Iterator

import pytest

from khata.db.transaction import Database
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.teller import Teller


@pytest.fixture
def shop(db: Database) -> Teller:
    return Teller(db)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
