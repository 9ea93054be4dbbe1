"""Stories of what returns and e-invoices read: a month's documents, and the numbers they used."""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.credit_note import Settle
from khata.core.exports.rupee_values import in_rupees
from khata.core.exports.tax_document import DocumentKind, Nature, NumbersUsed, TaxDocument
from khata.core.ids import new_id
from khata.core.tax.place_of_supply import SupplyKind
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.numbers_used import numbers_used
from khata.db.reads.tax_documents import (
    tax_document_of_invoice,
    tax_document_of_note,
    tax_documents,
)
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd

JUNE = {"first": date(2025, 6, 1), "last": date(2025, 6, 30)}


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), usd("99.99")])
    shop.sells("Inside", at=inr("99.99"), tax_inside=True)
    world.today_is("2025-06-01")
    return shop


def of_june(shop: Shop) -> list[TaxDocument]:
    with shop.db.transaction(shop.tenant) as uow:
        registration = uow.sellers.default().id
        return tax_documents(uow.connection, registration, **JUNE)


def numbers_of_june(shop: Shop) -> list[NumbersUsed]:
    with shop.db.transaction(shop.tenant) as uow:
        registration = uow.sellers.default().id
        return numbers_used(uow.connection, registration, **JUNE)


def test_a_sale_inside_the_state_and_its_credit_note(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha Traders", gstin="29AABCR1718E1ZL")
    asha.subscribes_to("Pro")
    note = new_id(world.now)
    credit = CreditInvoice(
        shop.tenant, note, world.now, asha.latest_invoice.id, "Down", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(credit, db=shop.db)
    invoice, told = of_june(shop)
    [line] = invoice.lines
    # 9 % of 999.99 is 89.9991
    assert (line.taxable, line.cgst, line.sgst, line.igst) == (99_999, 9_000, 9_000, 0)
    assert (line.rate, line.quantity) == (Decimal(18), Decimal(1))
    assert line.unit_price == Decimal("999.99")
    assert (line.period_start, line.period_end) == (date(2025, 6, 1), date(2025, 6, 30))
    assert (invoice.number, invoice.total) == ("INV/25-26/00001", 117_999)
    assert (invoice.supply, invoice.place_code) == (SupplyKind.INTRA, "29")
    assert (invoice.buyer.gstin, invoice.seller.state_code) == ("29AABCR1718E1ZL", "29")
    assert (told.kind, told.total, told.tax) == (DocumentKind.CREDIT_NOTE, 117_999, 18_000)
    assert told.original is not None
    assert (told.original.number, told.original.total) == ("INV/25-26/00001", 117_999)
    assert numbers_of_june(shop) == [
        NumbersUsed(
            DocumentKind.INVOICE, "INV/{fy}/{n}", "INV/25-26/00001", "INV/25-26/00001", 1, 0
        ),
        NumbersUsed(
            DocumentKind.CREDIT_NOTE, "CN/{fy}/{n}", "CN/25-26/00001", "CN/25-26/00001", 1, 0
        ),
    ]
    with shop.db.transaction(shop.tenant) as uow:
        assert tax_document_of_invoice(uow.connection, invoice.id) == invoice
        assert tax_document_of_note(uow.connection, note) == told
        assert tax_document_of_note(uow.connection, invoice.id) is None


def test_a_void_invoice_keeps_its_number_and_says_that_it_is_cancelled(
    world: World, shop: Shop
) -> None:
    meena = shop.customer("Meena", state="Tamil Nadu", card=None)
    ravi = shop.customer("Ravi", state="Tamil Nadu")
    meena.subscribes_to("Pro")
    ravi.subscribes_to("Pro")
    void_invoice(VoidInvoice(shop.tenant, meena.latest_invoice.id, world.now), db=shop.db)
    first, second = of_june(shop)
    assert (first.cancelled_on, second.cancelled_on) == (date(2025, 6, 1), None)
    assert (second.lines[0].igst, second.supply) == (18_000, SupplyKind.INTER)  # 179.9982
    [used] = numbers_of_june(shop)
    assert (used.first, used.last, used.count, used.cancelled) == (
        "INV/25-26/00001",
        "INV/25-26/00002",
        2,
        1,
    )


def test_a_price_with_its_tax_inside_is_told_without_it(shop: Shop) -> None:
    asha = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    asha.subscribes_to("Inside")
    [invoice] = of_june(shop)
    [line] = invoice.lines
    # Rule 35: 99.99 is 84.74 + 7.63 + 7.63 − 0.01
    assert (line.unit_price, line.taxable, line.cgst, line.sgst) == (
        Decimal("84.74"),
        8_474,
        763,
        763,
    )
    assert (invoice.round_off, invoice.total) == (-1, 9_999)


def test_an_export_keeps_its_currency_until_a_rate_is_on_file(shop: Shop) -> None:
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="America/New_York")
    jane.subscribes_to("Pro")
    [invoice] = of_june(shop)
    assert not invoice.in_rupees
    assert (invoice.currency, invoice.place_code, invoice.buyer.country) == ("USD", "96", "US")
    # 99.99 dollars with IGST of 18 %, 17.9982; at 85.4321 rupees for a dollar
    assert invoice.total == 11_799
    at_rate = in_rupees(invoice, Decimal("85.4321"))
    # 99.99 × 85.4321 = 8,542.355679; 18.00 × 85.4321 = 1,537.7778; 117.99 × … = 10,080.133479
    assert (at_rate.taxable, at_rate.tax, at_rate.total) == (854_236, 153_778, 1_008_013)
    assert (at_rate.round_off, at_rate.currency_total) == (-1, 11_799)
    assert at_rate.in_rupees


def test_what_the_buyer_owes_the_state_itself_is_told_and_not_charged(shop: Shop) -> None:
    shop.sells("Advice", at=inr("1,000.00"), reverse_charge=True)
    asha = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    asha.subscribes_to("Advice")
    [invoice] = of_june(shop)
    [line] = invoice.lines
    # s.9(3): 9 % and 9 % of 1,000.00, which the buyer pays to the state
    assert (invoice.reverse_charge, line.cgst, line.sgst) == (True, 9_000, 9_000)
    assert invoice.total == 100_000


def test_what_is_exempt_is_a_bill_of_supply(shop: Shop) -> None:
    shop.sells("Relief", at=inr("500.00"), tax_nature=Nature.EXEMPT)
    meena = shop.customer("Meena", state="Tamil Nadu")
    meena.subscribes_to("Relief")
    [bill] = of_june(shop)
    assert (bill.kind, bill.total, bill.tax) == (DocumentKind.BILL_OF_SUPPLY, 50_000, 0)
    assert bill.lines[0].nature is Nature.EXEMPT


def test_a_rate_on_file_values_an_export(shop: Shop) -> None:
    rate = AddExchangeRate(
        shop.tenant,
        new_id(shop.world.now),
        shop.world.now,
        ExchangeRate("USD", date(2025, 5, 30), Decimal("85.4321"), "FBIL reference rate"),
    )
    add_exchange_rate(rate, db=shop.db)
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC")
    jane.subscribes_to("Pro")
    [invoice] = of_june(shop)
    assert invoice.exchange_rate == Decimal("85.4321")
    # as above: 854,236 + 153,778 − 1
    assert (invoice.taxable, invoice.tax, invoice.round_off) == (854_236, 153_778, -1)
    assert (invoice.total, invoice.currency_total) == (1_008_013, 11_799)


@pytest.mark.parametrize(("days", "rate"), [(1, None), (2, Decimal("85.4321"))])
def test_a_tenant_says_how_old_a_rate_of_exchange_may_be(
    world: World, days: int, rate: Decimal | None
) -> None:
    """Rule 34(2) names no age: this rate is of two days before the invoice of 1 June."""
    shop = world.shop(state="Karnataka", exchange_rate_days=days)
    shop.sells("Pro", at=[inr("999.99"), usd("99.99")])
    world.today_is("2025-06-01")
    quoted = ExchangeRate("USD", date(2025, 5, 30), Decimal("85.4321"), "FBIL reference rate")
    command = AddExchangeRate(shop.tenant, new_id(world.now), world.now, quoted)
    add_exchange_rate(command, db=shop.db)
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC")
    jane.subscribes_to("Pro")
    [invoice] = of_june(shop)
    assert invoice.exchange_rate == rate
