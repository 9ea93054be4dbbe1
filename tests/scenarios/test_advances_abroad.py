"""Stories of advances on which VAT would be due when they come: they are refused by name.

Directive 2006/112/EC articles 30a, 30b, 65; VATA 1994 s.6(4).
"""

from datetime import date

import pytest
from structlog.testing import capture_logs

from khata.core.advance import VatDueOnAdvance
from khata.core.tax.parties import VatRegistration, VatScheme
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet, credit_of
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import SAAS, decides, taxes, vouchers
from tests.scenarios.world import World, eur, inr

ONE_STOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), eur("100.00")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(vat_registrations=(ONE_STOP,))
    world.today_is("2025-06-01")
    return shop


def abroad(shop: Shop, country: str = "DE", vat_id: str | None = None) -> Customer:
    return shop.customer("Klaus", state=None, country=country, currency="EUR", vat_id=vat_id)


def test_an_advance_of_a_consumer_in_the_union_is_not_asked_for(shop: Shop) -> None:
    wallet = Wallet.opened(abroad(shop), tax_code=SAAS, currency="EUR")
    with pytest.raises(VatDueOnAdvance, match=r"VAT of DE .*article 65.*without a tax code"):
        wallet.gets(eur("119.00"))
    assert shop.rows("select count(*) from invoices") == [(0,)]
    assert shop.rows("select count(*) from wallet_top_ups") == [(0,)]
    wallet.gets(eur("50.00"), paid=False)  # what is granted is no payment


def test_a_wallet_for_anything_is_taxed_when_it_is_spent(shop: Shop) -> None:
    """Article 30b: 100.00 and 19.00 of VAT, paid of the wallet's 119.00."""
    klaus = abroad(shop)
    Wallet.opened(klaus, currency="EUR").gets(eur("119.00"))
    assert klaus.latest_invoice.tax == eur("0.00")
    klaus.subscribes_to("Pro")
    invoice = klaus.latest_invoice
    assert invoice.taxes == [("IGST", "18", 0), ("VAT", "19", 19_00)]
    assert (invoice.status, invoice.total) == ("paid", eur("119.00"))
    assert vouchers(shop) == []
    assert shop.books_balance()


@pytest.mark.parametrize(("country", "vat_id"), [("US", None), ("DE", "DE136695976"), ("GB", None)])
def test_where_the_seller_owes_no_vat_the_advance_is_taken(
    world: World, shop: Shop, country: str, vat_id: str | None
) -> None:
    """Outside; a business that owes it itself (art. 196); where the seller is not registered."""
    customer = abroad(shop, country, vat_id)
    world.wait_until("2025-06-02")  # the register is asked
    Wallet.opened(customer, currency="EUR", tax_code=SAAS).gets(eur("100.00"))
    assert vouchers(shop) == [("RV/25-26/00001", 100_00, 100_00, 100_00)]
    [(reason,)] = shop.rows("select reason from vouchers")
    assert "VAT of" not in reason


def test_money_that_was_asked_for_before_is_taken_and_says_what_is_due(shop: Shop) -> None:
    shop.registers(vat_registrations=())
    klaus = abroad(shop)
    Wallet.opened(klaus, currency="EUR", tax_code=SAAS).gets(eur("100.00"), by_card=False)
    shop.registers(vat_registrations=(ONE_STOP,))
    klaus.transfers(klaus.latest_invoice)
    assert vouchers(shop) == [("RV/25-26/00001", 100_00, 100_00, 100_00)]
    [(reason,)] = shop.rows("select reason from vouchers")
    assert "VAT of DE is due on it as well, and not told here" in reason


@pytest.mark.parametrize(
    ("letter", "treatment", "igst"),
    [(True, "zero_rated_lut", 0), (False, "zero_rated_with_igst", 15_25)],
)
def test_where_another_state_s_tax_is_refused_it_is_an_export_at_home_all_the_same(
    shop: Shop, letter: bool, treatment: str, igst: int
) -> None:
    """IGST Act s.16(3): under a letter no tax; else 100.00 hold 18/118, which is 15.25.

    The money was asked for while the shop sold to anybody abroad; before it came, the shop began
    to refuse where it is not registered. Money that is here cannot be refused, and its nature is
    known: rule 50's proviso is of what is not.
    """
    shop.registers(vat_registrations=())
    klaus = abroad(shop)
    Wallet.opened(klaus, currency="EUR", tax_code=SAAS).gets(eur("100.00"), by_card=False)
    refuses_abroad(shop)
    if not letter:
        with shop.db.transaction(shop.tenant) as uow:
            uow.connection.execute("delete from luts")
    klaus.transfers(klaus.latest_invoice)
    assert shop.rows("select supply_kind, supply_treatment from vouchers") == [
        ("export", treatment)
    ]
    assert taxes(shop, "RV/25-26/00001") == [("IGST", "18", igst, igst)]


def refuses_abroad(shop: Shop) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        tenant = uow.tenants.get()
        uow.tenants.change(
            name=tenant.name,
            email=tenant.email,
            policies={"tax_not_registered": "refuse"},
            branding={},
        )


def test_a_wallet_that_is_low_does_not_ask_for_such_an_advance(world: World, shop: Shop) -> None:
    shop.registers(vat_registrations=())
    klaus = abroad(shop)
    wallet = Wallet.opened(
        klaus, currency="EUR", tax_code=SAAS, below=eur("50.00"), recharge=eur("100.00")
    )
    wallet.gets(eur("100.00"))
    shop.registers(vat_registrations=(ONE_STOP,))
    with capture_logs() as logs:
        klaus.subscribes_to("Pro")  # 119.00: the wallet pays 100.00 and is low
        world.wait_until("2025-06-03")
    [line] = [one for one in logs if one["event"] == "no_recharge"]
    assert "VAT of DE" in line["reason"]
    assert shop.rows("select count(*) from wallet_top_ups where cause = 'recharge'") == [(0,)]


def test_what_is_paid_beyond_an_invoice_with_vat_is_credit(world: World, shop: Shop) -> None:
    """119.00 are owed and 219.00 come: VAT would be due on an advance of 100.00 at once."""
    decides(shop, "advance")
    klaus = shop.customer("Klaus", state=None, country="DE", currency="EUR", card=None)
    overpays(klaus, 219_00)
    assert klaus.latest_invoice.status == "paid"
    assert (vouchers(shop), credit_of(klaus, "EUR")) == ([], 100_00)
    assert shop.rows("select count(*) from wallets") == [(0,)]
    world.wait_until("2025-07-02")  # the next month's 119.00 takes it up, VAT and all
    invoice = klaus.latest_invoice
    assert invoice.taxes == [("IGST", "18", 0), ("VAT", "19", 19_00)]
    assert (invoice.paid, credit_of(klaus, "EUR")) == (eur("100.00"), 0)
    assert shop.books_balance()


def test_beyond_the_invoice_of_a_business_that_owes_the_vat_it_is_an_advance(
    world: World, shop: Shop
) -> None:
    """Article 196: 100.00 are owed and 200.00 come; the seller owes no VAT on them."""
    decides(shop, "advance")
    firm = shop.customer(
        "Firma", state=None, country="DE", currency="EUR", vat_id="DE136695976", card=None
    )
    world.wait_until("2025-06-02")  # the register is asked
    overpays(firm, 200_00)
    assert vouchers(shop) == [("RV/25-26/00001", 100_00, 100_00, 100_00)]
    assert credit_of(firm, "EUR") == 0


def overpays(customer: Customer, amount: int) -> None:
    customer.subscribes_to("Pro")
    customer.transfers(customer.latest_invoice, amount=amount)
