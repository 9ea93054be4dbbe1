"""Three months with Razorpay, which tells the payer itself and debits a day after it was asked.

Its adapter speaks with a pretend Razorpay that lives on the shop's clock.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from khata.adapters.gateways.razorpay.gateway import RazorpayGateway
from khata.core.ids import new_id
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateways import WithoutAccounts
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, numbered
from khata.simulators.server import SimulatorServer
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from tests.contracts.razorpay.pretend import AT, opened
from tests.contracts.razorpay.wire import Inspected
from tests.scenarios.agreement import Agreement
from tests.scenarios.customer import Customer
from tests.scenarios.world import World, at, inr


class OnTheClock:
    """Razorpay, at the time that each call brings along."""

    def __init__(self, gateway: RazorpayGateway, simulator: Inspected) -> None:
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
def razorpay(world: World) -> Iterator[Inspected]:
    simulator = Inspected(lambda: AT)
    server = SimulatorServer(simulator).start()
    gateway = opened(server, numbered(1))
    known = world.engine.gateways
    both = {"fake": known.of("fake", None), "razorpay": OnTheClock(gateway, simulator)}
    world.engine = replace(world.engine, gateways=WithoutAccounts(both))  # type: ignore[arg-type]
    yield simulator
    gateway.close()
    server.close()


def agrees(customer: Customer, token: str) -> Agreement:
    shop, now = customer.shop, customer.shop.world.now
    command = AddPaymentMethod(
        shop.tenant,
        new_id(now),
        now,
        customer.id,
        "razorpay",
        token,
        default=True,
        holder=READY_MADE_CUSTOMER,
    )
    add_payment_method(command, db=shop.db, gateways=shop.world.engine.gateways)
    return Agreement(customer)


def test_three_months_of_a_upi_customer(world: World, razorpay: Inspected) -> None:
    """Silent twice, above the limit once, withdrawn at the end."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Big", at=inr("15,000.00"))  # 17,700.00 with tax
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-12-05", "10:30"))
    razorpay.advance(world.now)
    mandate = Agreement.written(asha, up_to=5_000_000)
    assert agrees(asha, "token_upi_ok").row["status"] == "active"
    pro = asha.subscribes_to("Pro")

    # In 25 hours it would be 11:30, a peak: it is handed in at noon, and debited at 13:00.
    assert mandate.payment() == ("scheduled", None, "12-05 12:00")
    world.wait_until(at("2026-12-05", "12:30"))
    assert (mandate.payment()[0], pro.status) == ("processing", "active")
    assert mandate.notices == [("12-05 12:00", 118_000)]
    world.wait_until("2026-12-07")
    assert asha.latest_invoice.status == "paid"

    world.wait_until("2027-01-07")  # told at midnight, debited in the 25th hour
    assert mandate.notices[-1] == ("01-05 00:00", 118_000)
    assert mandate.debits[1] == ("01-05 00:00", "succeeded")
    assert asha.latest_invoice.status == "paid"

    pro.changes_to("Big", when="period_end")
    world.wait_until("2027-02-06")
    assert mandate.payment()[:2] == ("scheduled", "above_silent_limit")
    assert (len(mandate.debits), pro.status) == (2, "past_due")  # Razorpay was not called
    assert "confirm a payment of this size yourself" in asha.inbox.text_of("payment_failed")

    mandate.is_revoked()
    world.wait_until("2027-02-10")
    assert mandate.payment()[1] == "no_payment_method"
    assert [to for to, _ in mandate.moves] == ["created", "active", "revoked"]
    assert len(mandate.debits) == 2


def test_a_card_of_razorpay_is_debited_36_hours_after_it_was_handed_in(
    world: World, razorpay: Inspected
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-12-05", "10:30"))
    razorpay.advance(world.now)
    mandate = agrees(asha, "token_ok")
    asha.subscribes_to("Pro")
    assert (mandate.payment()[0], mandate.notices) == ("processing", [("12-05 10:30", 118_000)])
    [(due,)] = shop.rows("select debit_at from debit_notices")
    assert due == at("2026-12-06", "22:35")
    world.wait_until("2026-12-08")
    assert asha.latest_invoice.status == "paid"
