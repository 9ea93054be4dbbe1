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
from khata.db.reads.totals import disagreements
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.wiring import Engine
from tests.scenarios.banked import Banked, opened_banks
from tests.scenarios.explained import misexplained
from tests.scenarios.worked_out import miscounted
from tests.scenarios.world import StandingClock, World

pytest.register_assert_rewrite("tests.scenarios.histories")


@pytest.fixture(scope="session")
def fake_gateway(urls: Urls) -> Iterator[FakeGateway]:
    gateway = FakeGateway(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def world(db: Database, fake_gateway: FakeGateway) -> Iterator[World]:
    """However a story went, the sums that are kept by day are what its rows come to.

    What is explained of each amount gives that amount, and the books agree with the documents,
    but for what was written off and so never earned.
    """
    engine = Engine(
        settings=Settings(),
        db=db,
        clock=StandingClock(),
        gateways=WithoutAccounts({"fake": fake_gateway}),
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
    )
    world = World(engine)
    yield world
    for shop in world.shops:
        with db.transaction(shop.tenant) as uow:
            assert differences(uow.connection) == []
            assert misexplained(uow) == []
            assert miscounted(uow) == []
            lost = uow.connection.execute(
                "select 1 from entries where kind = 'invoice_written_off' limit 1"
            ).fetchone()
            assert lost or disagreements(uow.connection) == []


@pytest.fixture
def banked(world: World, fake_gateway: FakeGateway) -> Iterator[tuple[Banked, Banked]]:
    """A shop with an account at Stripe and one at Razorpay, both pretend; it is 10 January."""
    with opened_banks(world, fake_gateway) as both:
        yield both
