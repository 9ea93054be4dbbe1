"""Finished documents for the tests of e-invoices; what tests change, they name."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from khata.core.exports.tax_document import (
    DocumentKind,
    Original,
    TaxDocument,
    TaxLine,
    TaxParty,
)
from khata.core.tax.place_of_supply import SupplyKind, Treatment

ID = UUID("018f0000-0000-7000-8000-000000000001")

# The seller's PAN has two registrations; check characters by hand, mod 36.
SELLER = TaxParty(
    "Razor Labs Private Limited",
    "IN",
    trade_name="Razor Labs",
    tax_id="29AABCR1718E1ZL",
    gstin="29AABCR1718E1ZL",
    state_code="29",
    line1="12, MG Road",
    line2="2nd floor",
    city="Bengaluru",
    postal_code="560001",
    email="billing@razor.example",
    phone="+91 80 4123 4567",
)
SAME_STATE = TaxParty(
    "Infosys Like Limited",
    "IN",
    tax_id="29AAACI1681G1ZL",
    gstin="29AAACI1681G1ZL",
    state_code="29",
    line1="44, Hosur Road",
    city="Bengaluru",
    postal_code="560100",
)
OTHER_STATE = TaxParty(
    "Mahadev Motors Limited",
    "IN",
    tax_id="27AAACM3025E1ZZ",
    gstin="27AAACM3025E1ZZ",
    state_code="27",
    line1="Gateway Building",
    city="Mumbai",
    postal_code="400001",
)
ABROAD = TaxParty(
    "Ångström AB",
    "SE",
    tax_id="SE556012579001",
    line1="Storgatan 1",
    city="Uppsala",
    postal_code="753 10",
)


def line(taxable: int, **others: Any) -> TaxLine:
    """Return a line of one unit of a subscription at 18 %, without tax yet. Amounts are paise."""
    told: dict[str, Any] = {
        "position": 1,
        "description": "Pro plan",
        "tax_code": "998314",
        "rate": Decimal(18),
        "unit_price": Decimal(taxable).scaleb(-2),
        **others,
    }
    return TaxLine(taxable=taxable, **told)


def paper(*lines: TaxLine, **others: Any) -> TaxDocument:
    """Return an invoice between two states; the total is what the parts make."""
    round_off = others.get("round_off", 0)
    tax = 0 if others.get("reverse_charge") else sum(one.tax for one in lines)
    told: dict[str, Any] = {
        "id": ID,
        "kind": DocumentKind.INVOICE,
        "number": "INV/26-27/00001",
        "issued_on": date(2026, 4, 1),
        "registration_id": ID,
        "seller": SELLER,
        "buyer": OTHER_STATE,
        "supply": SupplyKind.INTER,
        "treatment": Treatment.TAXABLE,
        "place_code": "27",
        "place_name": "Maharashtra",
        "total": sum(one.taxable for one in lines) + tax + round_off,
        **others,
    }
    return TaxDocument(lines=lines, **told)


def between_states(**others: Any) -> TaxDocument:
    """₹1,000.00 + IGST 180.00 = ₹1,180.00."""
    return paper(line(100_000, igst=18_000), **others)


def inside_a_state(**others: Any) -> TaxDocument:
    """₹1,000.00 + CGST 90.00 + SGST 90.00 = ₹1,180.00."""
    told: dict[str, Any] = {
        "buyer": SAME_STATE,
        "supply": SupplyKind.INTRA,
        "place_code": "29",
        "place_name": "Karnataka",
        **others,
    }
    return paper(line(100_000, cgst=9_000, sgst=9_000), **told)


def export(**others: Any) -> TaxDocument:
    """USD 50.00 at 84.25 rupees = ₹4,212.50, under LUT, without tax."""
    told: dict[str, Any] = {
        "buyer": ABROAD,
        "supply": SupplyKind.EXPORT,
        "treatment": Treatment.ZERO_RATED_LUT,
        "place_code": "96",
        "place_name": "Other Countries",
        "currency": "USD",
        "currency_total": 5_000,
        "exchange_rate": Decimal("84.25"),
        **others,
    }
    return paper(line(421_250), **told)


def credit_note(**others: Any) -> TaxDocument:
    """₹200.00 + IGST 36.00 of an invoice of ₹1,180.00 given back."""
    told: dict[str, Any] = {
        "kind": DocumentKind.CREDIT_NOTE,
        "number": "CN/26-27/00001",
        "issued_on": date(2026, 4, 20),
        "original": Original(
            ID, DocumentKind.INVOICE, "INV/26-27/00001", date(2026, 4, 1), 118_000
        ),
        **others,
    }
    return paper(line(20_000, igst=3_600), **told)


def with_buyer(document: TaxDocument, **others: Any) -> TaxDocument:
    return replace(document, buyer=replace(document.buyer, **others))


def with_seller(document: TaxDocument, **others: Any) -> TaxDocument:
    return replace(document, seller=replace(document.seller, **others))


def with_line(document: TaxDocument, **others: Any) -> TaxDocument:
    """Return it with its first line changed in ways that leave the amounts alone."""
    return replace(document, lines=(replace(document.lines[0], **others), *document.lines[1:]))
