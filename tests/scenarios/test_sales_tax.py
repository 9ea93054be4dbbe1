"""Stories of sales tax: an Indian shop sells to Texas. Amounts by hand."""

from datetime import date
from fractions import Fraction

import pytest

from khata.core.ids import new_id
from khata.core.tax.confirmations import Confirmation, Jurisdiction, UsedBy
from khata.core.tax.parties import Nexus
from khata.usecases.taxes.confirm_tax import ConfirmTax, confirm_tax
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd

BEGAN = date(2025, 1, 1)


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka under an LUT, with a plan at 99.99 dollars, and nexus in Texas."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), usd("99.99")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(nexuses=(Nexus("US", "TX", "32012345678", BEGAN),))
    return shop


def confirms(shop: Shop, *, begins: date, ends: date | None) -> None:
    """80 % of the price is taxed at 6.25 %. Source: Texas Tax Code s.151.351."""
    state = (Jurisdiction("State", Fraction("6.25")),)
    said = Confirmation("TX", "", UsedBy.ANYONE, 80, state, begins, ends, "Tax Code s.151.351")
    id = new_id(shop.world.now)
    confirm_tax(ConfirmTax(shop.tenant, id, shop.world.now, "Asha", said), db=shop.db)


def texan(shop: Shop) -> Customer:
    customer = shop.customer("Travis", state=None, country="US", currency="USD")
    shop.rows("update customers set state = 'TX' where id = %(id)s returning 1", id=customer.id)
    return customer


def test_a_renewal_without_a_confirmation_is_parked_by_name_and_goes_on_with_one(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-06-01")
    confirms(shop, begins=BEGAN, ends=date(2025, 6, 30))
    travis = texan(shop)
    travis.subscribes_to("Pro")
    first = travis.latest_invoice
    # 5 % of 99.99 is 4.9995
    assert first.taxes == [("IGST", "18", 0), ("TX State", "5", 500)]
    assert first.total == usd("104.99")
    assert ("invoice_issued", "receivable", "sales_tax_payable", 500) in first.entries
    assert first.document.levy_words == ("Seller's tax number 32012345678",)

    world.wait_until("2025-07-02")
    [(code, reason)] = shop.parked
    assert code == "tax_not_confirmed"
    assert "nexus in TX" in reason
    assert len(shop.invoices) == 1  # nothing is numbered

    confirms(shop, begins=date(2025, 7, 1), ends=None)
    shop.releases()
    world.wait_until("2025-07-03")
    assert shop.parked == []
    assert [invoice.total for invoice in shop.invoices] == [usd("104.99")] * 2
    assert shop.books_balance()
