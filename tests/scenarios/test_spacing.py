"""Two debits of one customer at Stripe, which tells the payer of one at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.core.ids import new_id
from khata.ports.gateway import Answer, ChargeRequest, Gateway
from khata.ports.gateways import WithoutAccounts
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from tests.scenarios.customer import Customer
from tests.scenarios.world import World, at, inr


class OnTheClock:
    """Stripe, at the time that each call brings along."""

    def __init__(self, gateway: Gateway, simulator: StripeSimulator) -> None:
        self._gateway, self._simulator = gateway, simulator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        self._simulator.advance(at)
        return self._gateway.charge(request, at=at)

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self._simulator.advance(at)
        return self._gateway.look_up(request, reference=reference, at=at)


@pytest.fixture
def stripe(world: World) -> Iterator[StripeSimulator]:
    simulator = StripeSimulator(lambda: at("2026-01-01"))
    server = SimulatorServer(simulator).start()
    gateway = StripeVendor().open({"secret_key": "sk_test_simulatedIndia"}, base_url=server.url)
    known = world.engine.gateways.of("fake", None)
    both: dict[str, Any] = {"fake": known, "stripe": OnTheClock(gateway, simulator)}
    world.engine = replace(world.engine, gateways=WithoutAccounts(both))
    yield simulator
    server.close()


def saves(customer: Customer, token: str) -> None:
    shop, now = customer.shop, customer.shop.world.now
    command = AddPaymentMethod(
        shop.tenant, new_id(now), now, customer.id, "stripe", token, default=True, holder="cus_asha"
    )
    add_payment_method(command, db=shop.db, gateways=shop.world.engine.gateways)


def test_two_subscriptions_by_two_cards_of_one_customer_are_both_paid(
    world: World, stripe: StripeSimulator
) -> None:
    """26 hours apart: the second, handed in at once, would make Stripe fail the first."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    stripe.advance(world.now)
    saves(asha, "pm_card_in_of_asha")
    first = asha.subscribes_to("Pro")
    saves(asha, "pm_sim_in_slow_of_asha")
    second = asha.subscribes_to("Pro")
    assert shop.rows("select count(*) from mandates where status = 'active'") == [(2,)]
    world.wait_until("2026-01-10")
    assert (first.status, second.status) == ("active", "active")
    tries = shop.rows("select created_at, status from attempts order by created_at")
    assert [status for _, status in tries] == ["succeeded", "succeeded"]
    assert (tries[1][0] - tries[0][0]).total_seconds() == 26 * 3600
    assert [one["captured"] for one in stripe.books()["payments"]] == [True, True]
    world.wait_until("2026-02-10")  # and at the renewals of the same midnight
    assert shop.rows("select status, count(*) from attempts group by 1") == [("succeeded", 4)]


def test_what_waits_for_another_debit_says_so(world: World, stripe: StripeSimulator) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    stripe.advance(world.now)
    saves(asha, "pm_card_in_of_asha")
    asha.subscribes_to("Pro")
    saves(asha, "pm_sim_in_slow_of_asha")
    asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "12:30"))
    [(until, due)] = shop.rows(
        "select s.until_at, p.next_attempt_at from spacings s join payments p"
        " on p.id = s.payment_id where p.status = 'scheduled'"
    )
    assert until == due == at("2026-01-06", "14:00")
