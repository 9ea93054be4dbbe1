"""A world on the run's own PostgreSQL: the fake gateway moves the money, letters are only kept."""

from collections.abc import Iterator

import pytest
from obstore.store import MemoryStore

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.db.embedded.provision import Urls
from khata.db.reads.sums import differences
from khata.db.transaction import Database
from khata.settings import Settings
from khata.wiring import Engine
from tests.scenarios.world import StandingClock, World


@pytest.fixture(scope="session")
def fake_gateway(urls: Urls) -> Iterator[FakeGateway]:
    gateway = FakeGateway(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def world(db: Database, fake_gateway: FakeGateway) -> Iterator[World]:
    """However a story went, the sums that are kept by day are what its rows come to."""
    engine = Engine(
        settings=Settings(),
        db=db,
        clock=StandingClock(),
        gateways={"fake": fake_gateway},
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
    )
    world = World(engine)
    yield world
    for shop in world.shops:
        with db.transaction(shop.tenant) as uow:
            assert differences(uow.connection) == []
