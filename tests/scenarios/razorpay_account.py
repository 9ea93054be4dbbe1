"""A shop's account with the pretend Razorpay, with its pages and webhooks, for stories."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import httpx
import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.vault import AesVault
from khata.core.ids import new_id
from khata.core.visiting import Visit
from khata.simulators.hooks import Endpoint
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.server import SimulatorServer
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from tests.scenarios.shop import Shop
from tests.scenarios.world import World

SECRET = "whsec_pretend"


@dataclass
class Razorpay:
    """The pretend Razorpay, and a shop's account with it."""

    world: World
    simulator: RazorpaySimulator
    url: str

    def has_an_account(self, shop: Shop) -> UUID:
        now = self.at_now()
        first = self.simulator.introduction()
        command = AddGatewayAccount(
            tenant=shop.tenant,
            id=new_id(now),
            at=now,
            now=now,
            gateway="razorpay",
            name="Razorpay",
            credentials=first.credentials,
            webhook_secret=SECRET,
            base_url=self.url,
        )
        tools = self.world.engine.gateway_tools(shop.db)
        return add_gateway_account(command, tools=tools).id

    def at_now(self) -> datetime:
        self.simulator.advance(self.world.now)
        return self.world.now

    def payer(self, visit: Visit, act: str, method: str = "upi") -> None:
        self.at_now()
        assert visit.url is not None
        assert visit.url.startswith(self.url)
        httpx.post(visit.url, data={"act": act, "method": method})

    def tells(self, shop: Shop, account: UUID) -> None:
        """Deliver all webhooks, each twice."""
        tools = self.world.engine.gateway_tools(shop.db)
        endpoint = Endpoint("", "", SECRET)
        for hook in self.simulator.hooks.waiting() * 2:
            signed = self.simulator.signed(hook, endpoint)
            headers = {name.lower(): value for name, value in signed.items()}
            now = self.world.now
            command = ReceiveGatewayEvent(
                shop.tenant, "razorpay", account, headers, hook.body, now, now
            )
            receive_gateway_event(command, tools=tools)


@pytest.fixture
def razorpay(world: World, fake_gateway: FakeGateway) -> Iterator[Razorpay]:
    secret = world.engine.settings.secret()
    desk = GatewayDesk(AesVault(secret), [RazorpayVendor()], {"fake": fake_gateway})
    world.engine = replace(world.engine, gateways=desk)
    simulator = RazorpaySimulator(lambda: world.now)
    server = SimulatorServer(simulator).start()
    yield Razorpay(world, simulator, server.url)
    server.close()
