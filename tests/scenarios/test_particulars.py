"""What the rules ask each document to show, clause by clause, looked up in the PDF's own text.

CGST Rules 46, 49, 50, 51, 53; the words of an endorsement are rule 46's third proviso.
"""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from khata.core.places import Address
from khata.core.tax.nature import Nature
from khata.core.tax.parties import ExportRoute
from khata.usecases.documents.keep_document import GivenOut
from tests.scenarios.issued import (
    Issue,
    Reprint,
    at_home,
    bill_of_supply,
    billed,
    credit_note,
    debit_note,
    receipt_voucher,
    refund_voucher,
    reprint_of,
)
from tests.scenarios.papers import Shelf
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr, usd

SELLER = "Chai Point 27 Church Street Bengaluru 560001 Karnataka · State code 29, India"
GSTIN = "GSTIN 29ABCCT1234E1ZL"
LETTER = (
    "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS UNDER "
    "BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX"
)
PAID = (
    "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS ON "
    "PAYMENT OF INTEGRATED TAX"
)
THERE = Address("5 Marine Drive", None, "Mumbai", "400002")


@pytest.fixture
def shop(world: World) -> Shop:
    world.engine = replace(world.engine, files=Shelf())
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("1,000.00"), usd("50.00"), eur("89.99")])
    shop.sells("Relief", at=inr("500.00"), tax_nature=Nature.EXEMPT)
    shop.sells("Guards", at=inr("200.00"), reverse_charge=True)
    shop.sells("Large", at=inr("60,000.00"))
    shop.registers(signatory="Asha Rao")
    world.today_is("2025-06-10")
    return shop


def between_states(shop: Shop) -> Reprint:
    buyer = shop.customer(
        "Ravi Mills", state="Maharashtra", gstin="27AAPFU0939F1ZV", address=THERE, card=None
    )
    return reprint_of(shop, billed(shop, buyer).id)


def to_a_consumer(shop: Shop) -> Reprint:
    buyer = shop.customer("Meena Iyer", state="Maharashtra", address=THERE, card=None)
    return reprint_of(shop, billed(shop, buyer, "Large").id)


def on_reverse_charge(shop: Shop) -> Reprint:
    buyer = shop.customer("Asha", gstin="29AABCR1718E1ZL", card=None)
    return reprint_of(shop, billed(shop, buyer, "Guards").id)


def under_a_letter(shop: Shop) -> Reprint:
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    buyer = shop.customer(
        "Jane Doe",
        country="US",
        state=None,
        currency="USD",
        address=Address("1 Main Street", None, "New York", "10001"),
        card=None,
    )
    return reprint_of(shop, billed(shop, buyer).id)


def to_a_zone_with_payment(shop: Shop) -> Reprint:
    shop.registers(export_route=ExportRoute.WITH_PAYMENT)
    buyer = shop.customer("Zone", gstin="29AABCR1718E1ZL", sez=True, card=None)
    return reprint_of(shop, billed(shop, buyer).id)


OF_ALL = [
    ("name, address, GSTIN of the supplier", SELLER),
    ("… its GSTIN", GSTIN),
    ("date of issue", "10 Jun 2025"),
]
INVOICE = [
    *OF_ALL,
    ("46(b) serial number", "INV/25-26/00001"),
    ("46(p) reverse charge or not", "Reverse charge"),
    ("46(q) signature", "For Chai Point Asha Rao Authorised signatory"),
]
ASKED: list[tuple[Issue, list[tuple[str, str]]]] = [
    (
        at_home,
        [
            *INVOICE,
            ("the name of the document", "Tax Invoice"),
            ("46(d) name of a registered recipient", "Bill to Asha Karnataka · State code 29"),
            ("46(d) its GSTIN", "GSTIN 29AABCR1718E1ZL"),
            ("46(g), (h) SAC and description", "Pro 10 Jun 2025 – 9 Jul 2025"),
            ("46(g) SAC", "998314"),
            ("46(j), (k) value and taxable value", "Subtotal ₹1,000.00"),
            ("46(l), (m) rate and amount of central tax", "CGST 9% ₹90.00"),
            ("46(l), (m) rate and amount of state tax", "SGST 9% ₹90.00"),
            ("46(n) place of supply", "29-Karnataka"),
            ("46(j) total", "Total ₹1,180.00"),
        ],
    ),
    (
        between_states,
        [
            *INVOICE,
            (
                "46(d) name, address, GSTIN of the recipient",
                "Ravi Mills 5 Marine Drive Mumbai 400002 Maharashtra · State code 27, India "
                "GSTIN 27AAPFU0939F1ZV",
            ),
            ("46(l), (m) integrated tax", "IGST 18% ₹180.00"),
            ("46(n) place of supply with the name of the state", "27-Maharashtra"),
        ],
    ),
    (
        to_a_consumer,
        [
            *INVOICE,
            (
                "46(e) from ₹50,000: name, address, state and its code",
                "Meena Iyer 5 Marine Drive Mumbai 400002 Maharashtra · State code 27, India",
            ),
            ("46(m) integrated tax", "IGST 18% ₹10,800.00"),
            ("46(j) total", "Total ₹70,800.00"),
        ],
    ),
    (
        on_reverse_charge,
        [
            *INVOICE,
            ("46(p) it is on reverse charge", "Reverse charge Yes"),
            ("46(j) the total has no tax in it", "Total ₹200.00"),
        ],
    ),
    (
        under_a_letter,
        [
            *INVOICE,
            ("46, third proviso: the endorsement", LETTER),
            ("… name and address of the recipient", "Jane Doe 1 Main Street New York 10001"),
            ("… country of destination", "Country of destination United States"),
            ("… and its letter", "AD290425001234X"),
        ],
    ),
    (
        to_a_zone_with_payment,
        [*INVOICE, ("46, third proviso: the endorsement", PAID), ("46(m)", "IGST 18% ₹180.00")],
    ),
    (
        bill_of_supply,
        [
            *OF_ALL,
            ("the name of the document", "Bill of Supply"),
            ("49(b) serial number", "BS/25-26/00001"),
            ("49(d) recipient", "Bill to Meena Karnataka · State code 29"),
            ("49(e), (f) SAC and description", "Relief 10 Jun 2025"),
            ("49(g) value", "Total ₹500.00"),
            ("49(h) signature", "For Chai Point Asha Rao Authorised signatory"),
        ],
    ),
    (
        receipt_voucher,
        [
            *OF_ALL,
            ("the name of the document", "Receipt Voucher"),
            ("50(b) serial number", "RV/25-26/00001"),
            ("50(d) recipient with GSTIN", "GSTIN 29AABCR1718E1ZL"),
            ("50(e) description", "Advance received into the wallet Prepaid"),
            ("50(f) amount of the advance", "₹1,180.00"),
            ("50(g), (h) rate and amount", "CGST 9% ₹90.00"),
            ("50(i) place of supply", "29-Karnataka"),
            ("50(j) reverse charge or not", "Reverse charge No"),
            ("50(k) signature", "For Chai Point Asha Rao Authorised signatory"),
        ],
    ),
    (
        refund_voucher,
        [
            *OF_ALL,
            ("the name of the document", "Refund Voucher"),
            ("51(b) serial number", "RF/25-26/00001"),
            ("51(d) recipient with GSTIN", "GSTIN 29AABCR1718E1ZL"),
            ("51(e) number and date of the receipt voucher", "RV/25-26/00001"),
            ("51(f), (g) description and amount", "₹590.00"),
            ("51(h), (i) rate and amount", "CGST 9% ₹45.00"),
            ("51(j) reverse charge or not", "Reverse charge No"),
            ("51(k) signature", "For Chai Point Asha Rao Authorised signatory"),
        ],
    ),
    (
        credit_note,
        [
            *OF_ALL,
            ("53(1A)(b) nature of the document", "Credit Note"),
            ("53(1A)(c) serial number", "CN/25-26/00001"),
            ("53(1A)(e) recipient", "Bill to Asha Karnataka · State code 29"),
            ("53(1A)(g) number of the invoice", "Against invoice INV/25-26/00001"),
            ("53(1A)(g) its date", "Date of that invoice 10 Jun 2025"),
            ("53(1A)(h) value, rate and tax credited", "Taxable value credited ₹1,000.00"),
            ("… rate and tax", "CGST 9% ₹90.00"),
            ("53(1A)(i) signature", "For Chai Point Asha Rao Authorised signatory"),
        ],
    ),
    (
        debit_note,
        [
            *OF_ALL,
            ("53(1A)(b) nature of the document", "Debit Note"),
            ("53(1A)(c) serial number", "DN/25-26/00001"),
            ("53(1A)(g) number of the invoice", "INV/25-26/00001"),
            ("53(1A)(h) value, rate and tax debited", "CGST 9% ₹9.00"),
            ("53(1A)(i) signature", "For Chai Point Asha Rao Authorised signatory"),
        ],
    ),
]


@pytest.mark.parametrize(("issue", "asked"), ASKED, ids=lambda one: getattr(one, "__name__", ""))
def test_every_particular_is_there(shop: Shop, issue: Issue, asked: list[tuple[str, str]]) -> None:
    text = text_of(issue(shop)())
    missing = [clause for clause, words in asked if plain(words) not in text]
    assert missing == [], text


def text_of(given: GivenOut) -> str:
    assert given.content is not None
    pages = PdfReader(BytesIO(given.content)).pages
    return plain(" ".join(page.extract_text() for page in pages))


def plain(text: str) -> str:
    """Return a text without its blanks: how a PDF breaks its lines says nothing."""
    return re.sub(r"\s+", "", text)
