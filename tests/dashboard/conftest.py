"""An engine on the worker's database, a shop that has signed up, and somebody with a browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from obstore.store import MemoryStore

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.adapters.vault import AesVault
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.settings import Settings
from khata.wiring import Engine
from tests.dashboard.trading import Trade, trades
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import PASSWORD, HandClock, Shop, World
from tests.paper_gateway import PaperVendor
from tests.webhooks.post import Post

SETTINGS = Settings(secret_key="a secret for tests, 32 bytes and more")
NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)  # 12:00 in India


@pytest.fixture(scope="session")
def fake_gateway(urls: Urls) -> Iterator[FakeGateway]:
    gateway = FakeGateway(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture(scope="session")
def standing_world(db: Database, fake_gateway: FakeGateway) -> World:
    """The pages on an engine, made once: FastAPI needs a quarter of a second for its routes."""
    clock = HandClock(NOON)
    engine = Engine(
        settings=SETTINGS,
        db=db,
        clock=clock,
        gateways=GatewayDesk(
            AesVault(SETTINGS.secret()), (PaperVendor(fake_gateway),), {"fake": fake_gateway}
        ),
        pretend_payer=fake_gateway.payer,
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
        webhooks=Post(),
    )
    return World(engine, clock)


@pytest.fixture
def world(standing_world: World) -> World:
    standing_world.clock.at = NOON
    return standing_world


@pytest.fixture
def shop(world: World) -> Shop:
    return world.opens_shop()


@pytest.fixture
def visitor(world: World) -> Visitor:
    return world.visitor()


@pytest.fixture
def signed_in(shop: Shop, visitor: Visitor) -> Visitor:
    visitor.sign_in(shop.email, PASSWORD)
    return visitor


@pytest.fixture
def trade(world: World, shop: Shop) -> Trade:
    return trades(world, shop)
