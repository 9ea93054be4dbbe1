"""A seller above the bound without a connection to the portal: its return says so.

Notf. 10/2023-CT: above five crore rupees in any year from 2017-18, from 1 August 2023 on.
"""

import hashlib

import pytest

from khata.core.e_invoice.standing import Kind
from khata.core.exports.checks.finding import Severity
from khata.core.ids import new_id
from khata.core.places import Address
from khata.usecases.e_invoices.enter_irn import EnterIrn, enter_irn
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover
from tests.scenarios.customer import Customer
from tests.scenarios.filing import found, the_return
from tests.scenarios.portal import SEEN_BEFORE
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

FIVE_CRORE = 5_00_00_000


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-06-01")
    return shop


def turns_over(shop: Shop, rupees: int) -> None:
    id, now = new_id(shop.world.now), shop.world.now
    tell_turnover(TellTurnover(shop.tenant, id, now, "24-25", rupees * 100), db=shop.db)


def firm(shop: Shop) -> Customer:
    address = Address("12 Residency Road", None, "Bengaluru", "560025")
    return shop.customer("Asha Traders", gstin=SEEN_BEFORE, address=address)


def codes(shop: Shop) -> list[str]:
    return [one.code for one in the_return(shop, "2025-06").findings]


def test_its_return_warns_until_the_numbers_are_entered(shop: Shop) -> None:
    asha = firm(shop)
    asha.subscribes_to("Pro")
    shop.customer("Someone").subscribes_to("Pro")  # a consumer's needs none
    turns_over(shop, FIVE_CRORE)
    assert "e_invoice_not_connected" not in codes(shop)  # five crore is not above five crore
    turns_over(shop, FIVE_CRORE + 1)
    warned = found(the_return(shop, "2025-06"), "e_invoice_not_connected")
    assert (warned.severity, warned.documents) == (Severity.WARNS, (asha.latest_invoice.id,))
    assert "since 2025-04-01" in warned.sentence
    assert "e_invoice_missing" not in codes(shop)  # which would block
    [(gstin,)] = shop.rows("select tax_id from registrations where is_default")
    number = asha.latest_invoice.number
    irn = hashlib.sha256(f"{gstin}2025-26INV{number}".encode()).hexdigest()
    enter = EnterIrn(
        *(shop.tenant, asha.latest_invoice.id, Kind.INVOICE, shop.world.now),
        *(irn, "112010000000001", shop.world.now, None),
    )
    enter_irn(enter, db=shop.db)
    assert "e_invoice_not_connected" not in codes(shop)
