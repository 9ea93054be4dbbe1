"""Stories of debit notes on invoices with the tax of another state: it stays the invoice's own.

Directive 2006/112/EC article 219: what amends an invoice is one, and says so. Amounts by hand.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from khata.core.exports.en16931.profiles import Format
from khata.core.ids import new_id
from khata.core.tax.confirmations import Confirmation, Jurisdiction, UsedBy
from khata.core.tax.oss import OssCorrection, OssLine, OssReturn, Quarter, oss_return
from khata.core.tax.parties import Nexus, VatRegistration, VatScheme
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.oss import oss_amounts
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.documents.give_out_xml import GiveOutXml, give_out_xml
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from khata.usecases.taxes.confirm_tax import ConfirmTax, confirm_tax
from tests.golden.en16931.official import found_wrong
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.worked_out_vat import miscounted_vat
from tests.scenarios.world import World, eur, inr, usd

ONE_STOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
BERLIN = VatRegistration("DE", "DE136695976", VatScheme.LOCAL, date(2020, 1, 1))
ECB = "European Central Bank"


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka under an LUT, in the non-Union one-stop shop."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("10,000.00"), usd("100.00"), eur("89.99")])
    shop.sells("Seat", at=[inr("1,000.00"), usd("10.00"), eur("10.00")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(vat_registrations=(ONE_STOP,))
    world.today_is("2025-06-01")
    return shop


def billed(shop: Shop, *plans: str, currency: str = "EUR", **known: Any) -> Invoice:
    klaus = shop.customer("Klaus", state=None, country="DE", currency=currency, **known)
    return of(klaus, *plans)


def of(customer: Customer, *plans: str) -> Invoice:
    customer.subscribes_to(*(plans or ("Pro",)))
    return customer.latest_invoice


def raised(invoice: Invoice, amount: int) -> Invoice:
    """Raise every line of an invoice by so much."""
    shop = invoice.shop
    id, now = new_id(shop.world.now), shop.world.now
    rows = shop.rows(
        "select id from invoice_lines where invoice_id = %(id)s order by position", id=invoice.id
    )
    lines = [(line, amount) for (line,) in rows]
    command = RaiseInvoice(shop.tenant, id, now, invoice.id, "Two more seats", lines)
    raise_invoice(command, db=shop.db)
    return next(one for one in shop.invoices if one.id == id)


def levy(invoice: Invoice) -> dict[str, Any]:
    [(kept,)] = invoice.shop.rows("select levy from invoices where id = %(id)s", id=invoice.id)
    found: dict[str, Any] = kept
    return found


def publishes(shop: Shop, currency: str, rupees: str, day: str) -> None:
    now = shop.world.now
    rate = ExchangeRate(currency, date.fromisoformat(day), Decimal(rupees), ECB)
    add_exchange_rate(AddExchangeRate(shop.tenant, new_id(now), now, rate), db=shop.db)


def filed(shop: Shop, quarter: Quarter) -> OssReturn:
    [(registration,)] = shop.rows("select id from registrations where is_default")
    with shop.db.transaction(shop.tenant) as uow:
        return oss_return(
            quarter, oss_amounts(uow.connection, registration, quarter, "non_union_oss"), {}
        )


def test_it_keeps_the_vat_of_its_invoice_after_the_registration_is_gone(
    world: World, shop: Shop
) -> None:
    """19 % of 0.13 and 0.13 is 0.0494 together, 0.05; by line it would be 0.02 and 0.02."""
    original = billed(shop, "Pro", "Seat")
    shop.registers(vat_registrations=())
    world.wait_until("2025-06-20")
    note = raised(original, 13)
    assert [row for row in note.taxes if row[0] == "VAT"] == [("VAT", "19", 3), ("VAT", "19", 2)]
    assert [row for row in note.taxes if row[0] != "VAT"] == [("IGST", "18", 0)] * 2
    assert note.total == eur("0.31")
    assert levy(note) == levy(original)
    assert levy(note)["scheme"] == "non_union_oss"
    assert note.document.levy_words == ("Seller's VAT id EU372000041",)  # art. 226(3)
    booked = [amount for _, _, credit, amount in note.entries if credit == "vat_payable"]
    assert sum(booked) == 5
    with shop.db.transaction(shop.tenant) as uow:
        assert miscounted_vat(uow) == []
    assert shop.books_balance()


def test_a_small_line_whose_vat_was_nothing_is_raised_with_vat(shop: Shop) -> None:
    """19 % of 0.02 is 0.0038, so 0.00; of the 10.00 that it is raised by it is 1.90."""
    shop.sells("Drop", at=[inr("1.00"), eur("0.02")])
    original = billed(shop, "Drop")
    assert original.taxes[-1] == ("VAT", "19", 0)
    assert raised(original, 10_00).taxes == [("IGST", "18", 0), ("VAT", "19", 1_90)]


def test_the_one_stop_shop_is_told_in_its_quarter_or_as_a_correction(
    world: World, shop: Shop
) -> None:
    """Articles 364, 366; 19 % of 89.99 is 17.0981, of 10.00 1.90, of 20.00 3.80."""
    second, third = Quarter(2025, 2), Quarter(2025, 3)
    original = billed(shop)
    raised(original, 10_00)
    assert filed(shop, second).lines == (OssLine("DE", "19", 99_99, 19_00),)
    world.wait_until("2025-07-10")
    july = (OssLine("DE", "19", 89_99, 17_10),)  # the next month's own invoice
    note = raised(original, 20_00)
    assert filed(shop, second).lines == (OssLine("DE", "19", 99_99, 19_00),)
    told = filed(shop, third)
    assert (told.lines, told.corrections) == (july, (OssCorrection(second, "DE", 3_80),))
    # what is taken back of the debit note corrects the sale's quarter, too
    now = world.now
    credit_invoice(CreditInvoice(shop.tenant, new_id(now), now, note.id, "A mistake"), db=shop.db)
    told = filed(shop, third)
    assert (told.lines, told.tax) == (july, 17_10)


def test_a_business_still_owes_the_tax_itself_and_both_numbers_are_shown(
    world: World, shop: Shop
) -> None:
    firm = shop.customer("Firma", state=None, country="DE", currency="EUR", vat_id=BERLIN.number)
    world.wait_until("2025-06-02")  # the register is asked
    original = of(firm)
    note = raised(original, 10_00)
    assert note.taxes == [("IGST", "18", 0)]
    assert (levy(note)["treatment"], note.total) == ("reverse_charge", eur("10.00"))
    first, numbers = note.document.levy_words
    # art. 226(11a), 226(4)
    assert first.startswith("Reverse charge · Steuerschuldnerschaft des Leistungsempfängers")
    assert f"Customer's VAT id {BERLIN.number}" in numbers


def test_it_tells_its_vat_in_euros_at_the_rate_of_its_invoice(world: World, shop: Shop) -> None:
    """Art. 230: 19 % of 1,000.00 rupees is 190.00; at 98.4512 that is 1.92989 euros."""
    shop.registers(vat_registrations=(BERLIN,))
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    original = billed(shop, currency="INR")
    publishes(shop, "EUR", "110.00", "2025-06-19")
    world.wait_until("2025-06-20")
    note = raised(original, 1_000_00)
    kept = {"currency": "EUR", "tax": 1_93, "of": "INR", "rate": "98.4512", "on": "2025-05-30"}
    assert levy(note)["national"] == kept | {"source": ECB}
    said = f"VAT in EUR: €1.93 (1 EUR = 98.4512 INR, 2025-05-30, {ECB})"
    assert note.document.levy_words == ("Seller's VAT id DE136695976", said)


@pytest.mark.parametrize("format", [Format.CII, Format.UBL])
def test_its_xml_names_its_invoice_and_tells_both_taxes(shop: Shop, format: Format) -> None:
    """BT-25, BT-110, BT-111: 19 % of 50.00 is 9.50; by 98.4512 / 84.125 it is 8.11760 euros."""
    shop.registers(vat_registrations=(BERLIN,))
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    publishes(shop, "USD", "84.1250", "2025-05-30")
    original = billed(shop, currency="USD")
    note = raised(original, 50_00)
    command = GiveOutXml(shop.tenant, note.id, format, False)
    xml = give_out_xml(command, tools=shop.world.engine.tools).content
    assert found_wrong(xml, format) == []
    told = {(etree.QName(one).localname, one.text) for one in etree.fromstring(xml).iter("{*}*")}
    assert {original.number, "9.50", "8.12"} <= {text for _, text in told}
    assert any("Two more seats" in (text or "") for _, text in told)
    assert ("TaxCurrencyCode", "EUR") in told


def test_without_a_letter_its_vat_is_on_its_igst(world: World) -> None:
    """docs/decisions/0039: 18 % of 50.00 is 9.00, and 19 % of 59.00 is 11.21."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), eur("100.00")])
    shop.registers(vat_registrations=(ONE_STOP,))
    world.today_is("2025-06-01")
    note = raised(billed(shop), 50_00)
    assert note.taxes == [("IGST", "18", 9_00), ("VAT", "19", 11_21)]
    assert [row.taxable for row in note.document.taxes] == [50_00, 59_00]
    assert note.total == eur("70.21")


def confirms(shop: Shop, rate: str, *, begins: date, ends: date | None) -> UUID:
    """80 % of the price is taxed. Source: Texas Tax Code s.151.351."""
    state = (Jurisdiction("State", Fraction(rate)),)
    said = Confirmation("TX", "", UsedBy.ANYONE, 80, state, begins, ends, "Tax Code s.151.351")
    id = new_id(shop.world.now)
    confirm_tax(ConfirmTax(shop.tenant, id, shop.world.now, "Asha", said), db=shop.db)
    return id


def test_sales_tax_is_at_the_rate_that_was_confirmed_for_the_invoice(
    world: World, shop: Shop
) -> None:
    """80 % of 6.25 % is 5 %; of 10.10 that is 0.505, so 0.51. A later rate changes nothing."""
    shop.registers(nexuses=(Nexus("US", "TX", "32012345678", date(2025, 1, 1)),))
    confirms(shop, "6.25", begins=date(2025, 1, 1), ends=date(2025, 6, 10))
    confirms(shop, "8.25", begins=date(2025, 6, 11), ends=None)
    travis = shop.customer("Travis", state=None, country="US", currency="USD")
    shop.rows("update customers set state = 'TX' where id = %(id)s returning 1", id=travis.id)
    original = of(travis)
    world.wait_until("2025-06-20")
    note = raised(original, 10_10)
    assert note.taxes == [("IGST", "18", 0), ("TX State", "5", 51)]
    assert (levy(note), note.total) == (levy(original), usd("10.61"))
    assert ("invoice_issued", "receivable", "sales_tax_payable", 51) in note.entries
    assert note.document.levy_words == ("Seller's tax number 32012345678",)
