"""What article 226 of the VAT directive asks an invoice to show, point by point, in the PDF's text.

Directive 2006/112/EC, articles 219, 226 and 230. Points (7a), (10a) and (12) to (15) are of sellers
who are none here: cash accounting, self-billing, means of transport, margins, representatives.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.rupees import ExchangeRate
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from tests.scenarios.customer import Customer
from tests.scenarios.funds import offers
from tests.scenarios.issued import Issue, Reprint, billed, reprint_of
from tests.scenarios.papers import Shelf
from tests.scenarios.shop import Shop
from tests.scenarios.test_particulars import plain, text_of
from tests.scenarios.world import World, eur, inr

ONE_STOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
BERLIN = VatRegistration("DE", "DE136695976", VatScheme.LOCAL, date(2020, 1, 1))
FIRM_ID = "DE811907980"
THERE = Address("Lindenstraße 1", None, "Berlin", "10969")


@pytest.fixture
def shop(world: World) -> Shop:
    world.engine = replace(world.engine, files=Shelf())
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("9,000.00"), eur("90.00")])
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    offers(shop, "TENTH", percent="10")
    world.today_is("2025-06-09")
    return shop


def customer(shop: Shop, name: str, vat_id: str | None = None, currency: str = "EUR") -> Customer:
    return shop.customer(
        name,
        country="DE",
        state=None,
        currency=currency,
        vat_id=vat_id,
        address=THERE,
        card=None,
    )


def to_a_business(shop: Shop) -> Reprint:
    """Its register confirms the number: it owes the tax itself."""
    shop.registers(vat_registrations=(ONE_STOP,))
    firm = customer(shop, "Firma GmbH", FIRM_ID)
    shop.world.wait_until("2025-06-10")
    return reprint_of(shop, billed(shop, firm).id)


def to_a_consumer(shop: Shop) -> Reprint:
    shop.registers(vat_registrations=(ONE_STOP,))
    klaus = customer(shop, "Klaus Weber")
    shop.world.wait_until("2025-06-10")
    klaus.subscribes_to("Pro", pays_by="transfer", days_to_pay=30, coupons=["TENTH"])
    return reprint_of(shop, klaus.latest_invoice.id)


def registered_there(shop: Shop) -> Reprint:
    """In rupees: the tax of Germany is told in euros as well (art. 230)."""
    shop.registers(vat_registrations=(BERLIN,))
    rate = ExchangeRate("EUR", date(2025, 6, 6), Decimal("100"), "European Central Bank")
    now = shop.world.now
    add_exchange_rate(AddExchangeRate(shop.tenant, new_id(now), now, rate), db=shop.db)
    klaus = customer(shop, "Klaus Weber", currency="INR")
    shop.world.wait_until("2025-06-10")
    return reprint_of(shop, billed(shop, klaus).id)


def a_credit_note(shop: Shop) -> Reprint:
    shop.registers(vat_registrations=(ONE_STOP,))
    firm = customer(shop, "Firma GmbH", FIRM_ID)
    shop.world.wait_until("2025-06-10")
    invoice = billed(shop, firm)
    note, now = new_id(shop.world.now), shop.world.now
    command = CreditInvoice(
        shop.tenant, note, now, invoice.id, "Service was down", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(command, db=shop.db)
    give = GiveOutNote(shop.tenant, note, now)
    return lambda: give_out_note(give, tools=shop.world.engine.tools)


OF_ALL = [
    ("(1) date of issue", "Date of issue 10 Jun 2025"),
    ("(5) the seller's name and address", "Chai Point 27 Church Street Bengaluru 560001"),
    ("(5) … its country", "India"),
    ("(5) the customer's address", "Lindenstraße 1 Berlin 10969"),
    ("(5) … its country", "Germany"),
    ("(6) quantity and nature", "Pro"),
    ("(7) when it was supplied", "10 Jun 2025 – 9 Jul 2025"),
]
ASKED: list[tuple[Issue, list[tuple[str, str]]]] = [
    (
        to_a_business,
        [
            *OF_ALL,
            ("(2) sequential number", "Invoice number INV/25-26/00001"),
            ("(3) the seller's VAT id", "Seller's VAT id EU372000041"),
            ("(4) the customer's VAT id", f"Customer's VAT id {FIRM_ID}"),
            ("(5) the customer's full name", "Bill to Firma GmbH"),
            ("(8) taxable amount", "Subtotal €90.00"),
            ("(10) no tax: the total is the net", "Total €90.00"),
            ("(11), (11a) Reverse charge", "Reverse charge"),
            ("(11a) … in German", "Steuerschuldnerschaft des Leistungsempfängers"),
            ("(11) the article", "Directive 2006/112/EC art. 44, 196"),
        ],
    ),
    (
        # 90.00 less 10 %: 81.00; 19 % of it is 15.39.
        to_a_consumer,
        [
            *OF_ALL,
            ("(2) sequential number", "Invoice number INV/25-26/00001"),
            ("(3) the seller's VAT id", "Seller's VAT id EU372000041"),
            ("(5) the customer's full name", "Bill to Klaus Weber"),
            ("(8) unit price without VAT", "90.00"),
            ("(8) discounts", "Discount -€9.00"),
            ("(8) taxable amount", "Taxable value €81.00"),
            ("(9), (10) rate and amount of VAT", "VAT 19% €15.39"),
            ("the total", "Total €96.39"),
        ],
    ),
    (
        # 9,000.00 rupees, 19 % of it 1,710.00: 17.10 euros at 100 rupees.
        registered_there,
        [
            *OF_ALL,
            ("(3) the seller's VAT id", "Seller's VAT id DE136695976"),
            ("(9), (10) rate and amount of VAT", "VAT 19% ₹1,710.00"),
            ("art. 230", "VAT in EUR: €17.10 (1 EUR = 100 INR, 2025-06-06, European Central Bank)"),
        ],
    ),
    (
        a_credit_note,
        [
            ("(1) date of issue", "Date of issue 10 Jun 2025"),
            ("(2) sequential number", "CN/25-26/00001"),
            ("art. 219: the invoice it amends", "INV/25-26/00001"),
            ("art. 219: its date", "Date of that invoice 10 Jun 2025"),
            ("(3), (4) both VAT ids", f"EU372000041 · Customer's VAT id {FIRM_ID}"),
            ("(5) both names", "Firma GmbH"),
            ("(11a) Reverse charge", "Steuerschuldnerschaft des Leistungsempfängers"),
        ],
    ),
]


@pytest.mark.parametrize(("issue", "asked"), ASKED, ids=lambda one: getattr(one, "__name__", ""))
def test_every_point_is_there(shop: Shop, issue: Issue, asked: list[tuple[str, str]]) -> None:
    text = text_of(issue(shop)())
    missing = [point for point, words in asked if plain(words) not in text]
    assert missing == [], text
