"""Stories of payers at Stripe's and PayPal's own pages, before the pretend ones."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import httpx
import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.adapters.vault import AesVault
from khata.core.ids import new_id
from khata.core.payment_method import MethodKind
from khata.core.visit import VisitStatus
from khata.core.visiting import Visit
from khata.simulators.hooks import Endpoint
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import SimulatedVendor
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.apply_gateway_events import (
    ApplyGatewayEvents,
    apply_gateway_events,
)
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr, usd

VAULT = AesVault(b"a secret for tests, 32 bytes and more")
BROWSER = httpx.Client(verify=False)  # loopback

Joins = Callable[[World, Shop], SimulatedVendor]


@pytest.fixture
def joins(fake_gateway: FakeGateway) -> Iterator[Callable[[type[Any]], Joins]]:
    """Let a shop open an account with a pretend gateway, which goes by the world's clock."""
    servers: list[SimulatorServer] = []

    def of(kind: type[Any]) -> Joins:
        def join(world: World, shop: Shop) -> SimulatedVendor:
            simulator: SimulatedVendor = kind(lambda: world.now.astimezone(UTC))
            server = SimulatorServer(simulator).start()
            servers.append(server)
            desk = GatewayDesk(VAULT, [StripeVendor(), PayPalVendor()], {"fake": fake_gateway})
            world.engine = replace(world.engine, gateways=desk)
            known = simulator.introduction()
            add_gateway_account(
                AddGatewayAccount(
                    shop.tenant,
                    new_id(world.now),
                    world.now,
                    world.now,
                    simulator.name,
                    None,
                    known.credentials,
                    known.webhook_secret,
                    server.url,
                ),
                tools=GatewayTools(shop.db, desk, VAULT, stand_ins=["http://127.0.0.1"]),
            )
            return simulator

        return join

    yield of
    for server in servers:
        server.close()


def captures(simulator: SimulatedVendor) -> list[int]:
    return [one["amount"] for one in simulator.books()["payments"] if one["captured"]]


def post(visit: Visit, **form: str) -> httpx.Response:
    assert visit.url is not None
    return BROWSER.post(visit.url, data=form)


def test_a_card_fails_and_another_pays_and_stays_at_stripe(
    world: World, fake_gateway: FakeGateway, joins: Callable[[type[Any]], Joins]
) -> None:
    shop, ravi, pro = declined_in_february(world)
    stripe = joins(StripeSimulator)(world, shop)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ravi.latest_invoice, saves=True)
    assert post(visit, method="pm_card_chargeDeclined").status_code == 402
    assert payer.comes_back(visit).decline_code == "generic_decline"
    back = post(visit, method="pm_card_visa").headers["location"]
    assert back.startswith("https://khata.example/i/ten_x/token/visits/")
    assert payer.comes_back(visit).status is VisitStatus.DONE
    invoice = ravi.latest_invoice
    assert (invoice.status, invoice.paid) == ("paid", inr("1,180.00"))
    assert captures(stripe) == [118_000]
    # In January the fake gateway kept 23.60; Stripe keeps 2 % and 18 % GST of that, 27.85.
    assert shop.balance("gateway_fees") == inr("51.45")

    world.wait_until("2025-03-10")  # and at the renewal the new card is charged there
    assert pro.status == "active"
    assert ravi.latest_invoice.attempts == [("2025-03-10", "succeeded")]
    assert captures(stripe) == [118_000, 118_000]


def test_paypal_is_asked_to_take_it_once_however_many_come(
    world: World, fake_gateway: FakeGateway, joins: Callable[[type[Any]], Joins]
) -> None:
    """The payer comes back, and at the same moment the retry of their declined card is due."""
    shop = world.shop()
    shop.has_lut("AD290325000001X", begins="2024-04-01", ends="2026-03-31")
    shop.sells("Pro", at=usd("100.00"))
    ann = shop.customer(
        "Ann", country="US", state=None, currency="USD", card="tok_ok_then_declined_2"
    )
    world.today_is("2025-01-10")
    pro = ann.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    assert pro.status == "past_due"
    paypal = joins(PayPalSimulator)(world, shop)
    ann.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ann.latest_invoice, by=MethodKind.WALLET)
    assert post(visit, choice="ok").status_code == 303
    assert captures(paypal) == []  # approved, and not yet taken
    world.now += timedelta(minutes=10)
    gateways = world.engine.gateways

    def act(number: int) -> object:
        if number % 2:
            return payer.comes_back(visit)
        due = CollectDuePayments(shop.tenant, world.now)
        return collect_due_payments(due, db=shop.db, gateways=gateways)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(act, range(8)))
    world.wait_until("2025-02-12")
    assert ann.latest_invoice.status == "paid"
    assert len(captures(paypal) + ann.latest_invoice.captures) == 1
    assert pro.status == "active"
    assert shop.books_balance()


def tells(simulator: SimulatedVendor, world: World, shop: Shop) -> None:
    """Let the pretend gateway send all that it has to tell, and the engine act on it."""
    known = simulator.introduction()
    simulator.hooks.endpoints = [Endpoint(known.hook_account, "the door", known.webhook_secret)]
    [(account,)] = shop.rows("select id from gateway_accounts")
    gateways = world.engine.gateways
    tools = GatewayTools(shop.db, gateways, VAULT, stand_ins=["http://127.0.0.1"])

    def door(_: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
        heard = {name.lower(): value for name, value in headers.items()}
        receive_gateway_event(
            ReceiveGatewayEvent(
                shop.tenant, simulator.name, account, heard, body, world.now, world.now
            ),
            tools=tools,
        )
        return 200

    simulator.advance(world.now)
    simulator.hooks.deliver(door)
    while apply_gateway_events(
        ApplyGatewayEvents(shop.tenant, world.now), db=shop.db, gateways=gateways
    ):
        pass


def methods_at(shop: Shop, gateway: str) -> list[tuple[bool, str]]:
    rows = shop.rows(
        "select is_default, kind from payment_methods where gateway = %(gateway)s"
        " and detached_at is null",
        gateway=gateway,
    )
    return [(is_default, kind) for is_default, kind in rows]


@pytest.mark.parametrize("saves", [True, False])
def test_a_wallet_that_paypal_saves_after_the_payment_pays_the_renewal(
    world: World, fake_gateway: FakeGateway, joins: Callable[[type[Any]], Joins], saves: bool
) -> None:
    """Paid at once, in the vault twenty minutes later: kept when PayPal tells, once."""
    shop = world.shop()
    shop.has_lut("AD290325000001X", begins="2024-04-01", ends="2026-03-31")
    shop.sells("Pro", at=usd("100.00"))
    ann = shop.customer(
        "Ann", country="US", state=None, currency="USD", card="tok_ok_then_declined_2"
    )
    world.today_is("2025-01-10")
    pro = ann.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    paypal = joins(PayPalSimulator)(world, shop)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ann.latest_invoice, by=MethodKind.WALLET, saves=saves)
    assert post(visit, choice="saved_later").status_code == 303
    visit = payer.comes_back(visit)
    assert (visit.status, visit.payment_method_id) == (VisitStatus.DONE, None)
    assert (ann.latest_invoice.status, pro.status) == ("paid", "active")
    tells(paypal, world, shop)
    assert methods_at(shop, "paypal") == []  # nothing is in the vault yet

    world.now += timedelta(minutes=20)
    tells(paypal, world, shop)
    assert methods_at(shop, "paypal") == ([(True, "wallet")] if saves else [])
    shop.rows("update gateway_events set status = 'waiting', next_try_at = received_at returning 1")
    tells(paypal, world, shop)  # once more, and nothing is kept twice
    assert len(methods_at(shop, "paypal")) == saves
    world.wait_until("2025-03-10")
    assert captures(paypal) == [10_000, 10_000] if saves else [10_000]
    assert shop.books_balance()
